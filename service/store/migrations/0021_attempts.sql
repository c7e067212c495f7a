-- A job whose attempt was lost is tried again by the hub. retry_policy is the request's own, here because the monitor decides by it and
-- reads no requests; recovery is where the job stands in that (service/jobs/recovery.ts), null at the first attempt.
alter table job add column retry_policy jsonb, add column recovery jsonb;

-- Attempts that were followed by another one of the same job; the last one is the job itself.
create table job_attempt (
  job_id text collate "C" not null references job on delete cascade,
  tries integer not null,
  -- As the job's: of all that repeat one request.
  attempt integer not null,
  object_name text not null,
  clusters text[] not null,
  dispatched_at timestamptz(3),
  started_at timestamptz(3),
  ended_at timestamptz(3) not null,
  ran_ms bigint not null,
  lost_to text not null,
  reason text not null,
  message text not null,
  -- How far it was when it was last heard; null: it never told.
  progress jsonb,
  primary key (job_id, tries)
);
create index job_attempt_ended on job_attempt (ended_at);

create or replace function job_of_event(job) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'status', $1.status, 'reason', $1.reason, 'message', $1.message, 'wanted', $1.wanted, 'priority', $1.priority,
    'clusters', $1.clusters, 'unreachableSince', $1.unreachable_since, 'dispatchedAt', $1.dispatched_at,
    'startedAt', $1.started_at, 'finishedAt', $1.finished_at, 'updatedAt', $1.updated_at,
    'ranMs', $1.ran_ms, 'runningSince', $1.running_since, 'attempt', $1.attempt, 'recovery', $1.recovery)
$$;
