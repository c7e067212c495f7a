-- What somebody should look at of a job that runs (service/jobs/attention.ts), and since when. Gone when it runs no more.
alter table job add column attention jsonb;
create index job_attention on job (created_at, id) where attention is not null;

create function job_attention_ends() returns trigger language plpgsql as $$
begin
  new.attention := null;
  return new;
end $$;
create trigger job_attention_ends before update of status, wanted on job
  for each row when (old.attention is not null and (new.status <> 'Running' or new.wanted <> 'run'))
  execute function job_attention_ends();

-- What a job asks for, for sums over many. Of jobs of before they are read from the request.
alter table job add column gpus integer, add column cpus real;

-- The first that was told in an attempt: from where on it goes.
alter table job_progress add column began jsonb;
alter table job_attempt add column began jsonb;

create or replace function job_of_event(job) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'status', $1.status, 'reason', $1.reason, 'message', $1.message, 'wanted', $1.wanted, 'priority', $1.priority,
    'clusters', $1.clusters, 'unreachableSince', $1.unreachable_since, 'dispatchedAt', $1.dispatched_at,
    'startedAt', $1.started_at, 'finishedAt', $1.finished_at, 'updatedAt', $1.updated_at,
    'ranMs', $1.ran_ms, 'runningSince', $1.running_since, 'attempt', $1.attempt, 'recovery', $1.recovery,
    'attention', $1.attention)
$$;
