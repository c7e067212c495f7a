-- $1 job, $2 token, $3 version read, $4 fields, $5 event, $6 seconds until due again (null: done), $7 failed,
-- $8 nothing of it is left in any cluster.
-- Written only while the token is the newest, and the fields only if nobody changed the job since the claim: the monitor may have
-- seen it running meanwhile, and what was decided before is stale then. Stale, or with a new wish: due again at once.
with locked as (
  select id, namespace, status, version, job_of_event(job) as told_job from job where id = $1 for update
), held as (
  select job_id, again from dispatch where job_id = (select id from locked) and token = $2::uuid for update
), decided as (
  select locked.*, $4::jsonb <> '{}'::jsonb and locked.version <> $3::int as stale, held.again
    from locked, held where held.job_id = locked.id
), changed as (
  update job set
      status = coalesce($4::jsonb->>'status', job.status),
      reason = coalesce($4::jsonb->>'reason', job.reason),
      message = coalesce($4::jsonb->>'message', job.message),
      clusters = case when $4::jsonb ? 'clusters' then array(select jsonb_array_elements_text($4::jsonb->'clusters')) else job.clusters end,
      cluster_states = merged_states(job.cluster_states, $4::jsonb->'clusterStates'),
      unreachable_since = merged_states(job.unreachable_since, $4::jsonb->'unreachableSince'),
      dispatched_at = case when $4::jsonb ? 'dispatchedAt' then ($4::jsonb->>'dispatchedAt')::timestamptz else job.dispatched_at end,
      started_at = case when $4::jsonb ? 'startedAt' then ($4::jsonb->>'startedAt')::timestamptz else job.started_at end,
      finished_at = case when $4::jsonb ? 'finishedAt' then ($4::jsonb->>'finishedAt')::timestamptz else job.finished_at end,
      volume_removed_at = case when $4::jsonb ? 'volumeRemovedAt' then ($4::jsonb->>'volumeRemovedAt')::timestamptz else job.volume_removed_at end,
      cleared_at = case when $8::boolean and not decided.again then now() else job.cleared_at end
    from decided
   where job.id = decided.id and not decided.stale and $4::jsonb <> '{}'::jsonb
  returning job.*, job_of_event(job) as told_job
), cleared as (
  -- No news about the job: its version and time of change stay.
  update job set cleared_at = now() from decided
   where job.id = decided.id and $8::boolean and not decided.again and $4::jsonb = '{}'::jsonb
), told as (
  insert into event (job_id, namespace, status, previous, cluster, reason, message, job)
  select decided.id, decided.namespace, coalesce($4::jsonb->>'status', decided.status), decided.status, $5::jsonb->>'cluster', $5::jsonb->>'reason', $5::jsonb->>'message',
         coalesce((select told_job from changed), decided.told_job)
    from decided where not stale and $5::jsonb is not null
), due_again as (
  update dispatch set
      token = null,
      again = false,
      due_at = case when decided.stale or decided.again then now() else now() + make_interval(secs => $6::float8) end,
      attempts = case when $7::boolean and not decided.stale and not decided.again then dispatch.attempts else 0 end
    from decided
   where dispatch.job_id = decided.id and (decided.stale or decided.again or $6::float8 is not null)
), done as (
  delete from dispatch using decided
   where dispatch.job_id = decided.id and not (decided.stale or decided.again or $6::float8 is not null)
)
select changed.* from changed
union all
select job.*, null from job, decided where job.id = decided.id and $4::jsonb = '{}'::jsonb
