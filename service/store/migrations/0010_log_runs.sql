-- What a job has written is kept by run, and while it runs. Of what was kept before, all is of the first run.
alter table job_log add column run integer not null default 1, add column restart integer not null default 0;
alter table job_log drop constraint job_log_pkey;
alter table job_log add primary key (job_id, cluster, pod, container, restart);

-- When the output of a running job was last read. Beside the job, whose row is wide and has many indexes.
create table log_reading (
  job_id text collate "C" primary key references job on delete cascade,
  read_at timestamptz not null
);
