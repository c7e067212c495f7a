-- What the pods of running jobs use in each of their clusters, as the Prometheus there tells: written over each time it is asked, and gone
-- when it tells nothing of the job any more. Half of each page is left free, as in job_progress.
create table job_utilisation (
  job_id text collate "C" not null references job on delete cascade,
  cluster text collate "C" not null,
  at timestamptz(3) not null,
  gpu_percent int,
  gpus int not null,
  idle_gpus int not null,
  cpu_percent int,
  -- Since when some of its GPUs do nothing.
  idle_since timestamptz(3),
  primary key (job_id, cluster)
) with (fillfactor = 50);

-- When the Prometheus of each cluster was asked last, when it answered last, and why not since.
create table cluster_utilisation (
  cluster text collate "C" primary key,
  asked_at timestamptz(3) not null,
  answered_at timestamptz(3),
  why text
);
