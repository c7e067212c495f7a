-- A volume is kept for a while after its job's end, and what is over (jobs, kept logs) goes after a while, if that is asked for.

-- When the volume had been kept for long enough and its removal began.
alter table job add column volume_removed_at timestamptz(3);

-- Since when nothing of it is left in any cluster. Only such a job may go by age or number: its row is what the rest is found by.
alter table job add column cleared_at timestamptz(3);
create index job_cleared on job (finished_at, id) where cleared_at is not null;
create index job_cleared_of_namespace on job (namespace, finished_at, id) where cleared_at is not null;
create index job_uncleared on job (finished_at) where finished_at is not null and cleared_at is null;

-- For jobs that ended before this, the retention of their volumes begins here: nobody was told that they would go.
create table volume_retention (
  one_row boolean primary key default true check (one_row),
  began_at timestamptz(3) not null default now()
);
insert into volume_retention default values;

-- What was kept before this counts as kept now.
alter table job_log add column kept_at timestamptz not null default now();
create index job_log_age on job_log (kept_at);
