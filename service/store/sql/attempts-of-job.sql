-- Up to the first attempt (which may have been deleted, then only its id is left), and down to all that repeat it.
with recursive up as (
  select id, retry_of from job where id = $1
  union
  select job.id, job.retry_of from job join up on job.id = up.retry_of
), first as (
  select coalesce(retry_of, id) as id from up
   where not exists (select from job where job.id = up.retry_of)
), family as (
  select job.id from job, first where job.id = first.id or job.retry_of = first.id
  union
  select job.id from job join family on job.retry_of = family.id
)
-- Of each what it is at now, and its attempts that were followed by another one of it.
select job.id, attempt, status, reason, message,
       case when recovery is null then created_at else coalesce(
         dispatched_at, (select max(ended_at) from job_attempt before where before.job_id = job.id), created_at) end as created_at,
       object_name, clusters,
       -- The job's own start is that of its first attempt.
       case when recovery is null then started_at else coalesce(
         running_since,
         (select min((state.value->>'startedAt')::timestamptz)
            from jsonb_each(cluster_states) state where state.key = any (clusters))) end as started_at,
       finished_at,
       ran_ms - coalesce((select sum(ran_ms) from job_attempt before where before.job_id = job.id), 0) as ran_ms,
       running_since, null as lost_to
  from family join job using (id)
union all
select job.id, lost.attempt, 'Failed', lost.reason, lost.message, coalesce(lost.dispatched_at, job.created_at), lost.object_name,
       lost.clusters, lost.started_at, lost.ended_at, lost.ran_ms, null, lost.lost_to
  from family join job using (id) join job_attempt lost on lost.job_id = job.id
 order by attempt, created_at, id
