-- Each event tells the job as it left it, so that whoever shows jobs needs to conclude nothing from an event's words.
-- Null in events of earlier versions, and in the last one of a job that was deleted (job_deleted).
alter table event add column job jsonb;

create function job_of_event(job) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'status', $1.status, 'reason', $1.reason, 'message', $1.message, 'wanted', $1.wanted, 'clusters', $1.clusters,
    'unreachableSince', $1.unreachable_since, 'dispatchedAt', $1.dispatched_at, 'startedAt', $1.started_at,
    'finishedAt', $1.finished_at, 'updatedAt', $1.updated_at)
$$;
