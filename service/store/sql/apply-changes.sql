-- $1 [{jobId, readVersion, set, event, under: [lease names]}], $2 [{name, holder, token}].
-- One statement for all changes of a tick. Lease rows are locked (shared) to the end, so that no replica can take one over between
-- our look and our commit; jobs are locked in the order of their ids, so that two replicas with a job in common cannot deadlock.
-- Set and event travel along from CTE to CTE: joining these again would be quadratic, since PostgreSQL knows nothing of their sizes
-- (1,000 changes: 650 ms; so: 100 ms).
-- clock_timestamp(), not now(): now() is when the statement began to arrive, which is long ago if we were paused in sending it.
with change as (
  select * from jsonb_to_recordset($1::jsonb) as c ("jobId" text, "readVersion" int, set jsonb, event jsonb, under text[])
), held as (
  select lease.name
    from lease join jsonb_to_recordset($2::jsonb) as given (name text, holder text, token bigint) using (name, holder, token)
   where lease.expires_at > clock_timestamp()
   order by lease.name
   for share of lease
), allowed as (
  select * from change where under <@ array(select name from held)
), locked as (
  select job.id, job.status as previous, allowed.set, allowed.event
    from allowed join job on job.id = allowed."jobId"
   where job.version = allowed."readVersion" and job.finished_at is null
   order by job.id
   for update of job
), changed as (
  update job set
      status = coalesce(set->>'status', job.status),
      reason = coalesce(set->>'reason', job.reason),
      message = coalesce(set->>'message', job.message),
      clusters = case when set ? 'clusters' then array(select jsonb_array_elements_text(set->'clusters')) else job.clusters end,
      cluster_states = merged_states(job.cluster_states, set->'clusterStates'),
      unreachable_since = merged_states(job.unreachable_since, set->'unreachableSince'),
      dispatched_at = coalesce((set->>'dispatchedAt')::timestamptz, job.dispatched_at),
      started_at = case when set ? 'startedAt' then (set->>'startedAt')::timestamptz else job.started_at end,
      finished_at = case when set ? 'finishedAt' then (set->>'finishedAt')::timestamptz else job.finished_at end,
      recovery = case when set ? 'recovery' then nullif(set->'recovery', 'null') else job.recovery end,
      attention = case when set ? 'attention' then nullif(set->'attention', 'null') else job.attention end
    from locked
   where job.id = locked.id
  returning job.*, job_of_event(job) as told_job, locked.previous, locked.event, locked.set ? 'clusters' as moved, locked.set ? 'recovery' as lost
), told as (
  insert into event (job_id, namespace, status, previous, cluster, reason, message, job)
  select id, namespace, status, previous, event->>'cluster', event->>'reason', event->>'message', told_job
    from changed
   where jsonb_typeof(event) = 'object'
), due as (
  insert into dispatch as existing (job_id, priority, created_at, ending)
  select id, priority, created_at, finished_at is not null or lost or wanted = 'cancel' from changed
   where finished_at is not null or moved or lost order by id
  on conflict (job_id) do update set
    ending = excluded.ending,
    again = existing.token is not null and existing.due_at > now(),
    due_at = case when existing.token is not null and existing.due_at > now() then existing.due_at else now() end,
    attempts = 0
)
select id, namespace, kind, object_name, status, reason, message, wanted,
       clusters, cluster_states, unreachable_since, started_at, finished_at, retry_policy, recovery, attention, version
  from changed
