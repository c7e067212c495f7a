-- What a list shows of how far trainings are, as the text that it reads: a row for each cluster of a job, and one under '' with the loss so
-- far. Beside job_progress and job_curve, whose rows are ten times as wide: of those a page of a thousand jobs read a page of the database
-- for each, and made JSON of it.
create table job_listed (
  job_id text collate "C" not null references job on delete cascade,
  cluster text collate "C" not null,
  -- ["cluster", time, progress without metrics], or ["", [loss, ...]].
  told text not null,
  primary key (job_id, cluster)
) with (fillfactor = 60);

insert into job_listed
select job_id, cluster, json_build_array(cluster, at, progress - 'metrics')::text from job_progress
union all
select job_id, '', json_build_array('', spark)::text from job_curve where spark <> '{}';
