-- The list is filtered by who submitted a job and by its reason, in the order of their age.
create index job_owner on job (created_by, created_at, id);
create index job_reason on job (reason, created_at, id);

-- What waits, in the order in which it is dispatched: who waits is told his place, and his priority can be changed.
create index job_queue on job (priority desc, created_at, id)
  where finished_at is null and dispatched_at is null and wanted = 'run';

create or replace function job_of_event(job) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'status', $1.status, 'reason', $1.reason, 'message', $1.message, 'wanted', $1.wanted, 'priority', $1.priority,
    'clusters', $1.clusters, 'unreachableSince', $1.unreachable_since, 'dispatchedAt', $1.dispatched_at,
    'startedAt', $1.started_at, 'finishedAt', $1.finished_at, 'updatedAt', $1.updated_at)
$$;
