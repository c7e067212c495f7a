-- How far trainings are, in each cluster that runs them: one row, written over at most once a second, so that a million reports leave
-- what one does. Beside the job, whose row is wide, has many indexes and a version that people's wishes are checked against.
-- Half of each page is left free: a new version of a row then finds room beside the old one, no index is touched, and the old one is
-- cleared away by whoever comes by.
create table job_progress (
  job_id text collate "C" not null references job on delete cascade,
  cluster text collate "C" not null,
  at timestamptz(3) not null,
  progress jsonb not null,
  primary key (job_id, cluster)
) with (fillfactor = 50);
