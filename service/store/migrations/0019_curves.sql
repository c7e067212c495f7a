-- How a training's numbers went. What was told in the last minutes waits in job_curve, as it came: one small row a job, so that a report
-- costs one short write whatever it has. Now and then it is merged into job_series: a row a number, of at most 500 buckets each with lowest,
-- highest and last; when there are more, buckets are made twice as wide until half as many are left.
-- Times are whole seconds since the job was created.
create table job_curve (
  job_id text collate "C" primary key references job on delete cascade,
  names text[] not null,
  at integer[] not null,
  numbers real[] not null,
  steps integer[] not null,
  -- Numbers that were merged so far.
  merged bigint not null default 0,
  -- The loss so far, in at most 30 numbers, for lists.
  spark real[] not null default '{}',
  -- [seconds, attempt, cluster] of each place that was told from, in order.
  marks jsonb not null default '[]',
  stepped_at timestamptz(3),
  step_seconds real
) with (fillfactor = 50);

create table job_series (
  job_id text collate "C" not null references job on delete cascade,
  name text collate "C" not null,
  -- Of a bucket, in seconds.
  width integer not null,
  at integer[] not null,
  low real[] not null,
  high real[] not null,
  last real[] not null,
  steps integer[] not null,
  latest real not null,
  lowest real not null,
  highest real not null,
  primary key (job_id, name)
);
-- For lists in the order of a number.
create index job_series_by_latest on job_series (name, latest, job_id);

create function seconds_after(began timestamptz, age_ms integer) returns integer stable parallel safe language sql
  return greatest(0, extract(epoch from now() - age_ms * interval '1 millisecond' - began))::integer;
