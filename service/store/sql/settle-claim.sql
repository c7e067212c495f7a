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
      recovery = case when $4::jsonb ? 'recovery' then nullif($4::jsonb->'recovery', 'null') else job.recovery end,
      object_name = coalesce($4::jsonb->>'objectName', job.object_name),
      attempt = case when $4::jsonb ? 'objectName' then next_attempt(job.id) else job.attempt end,
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
), lost as (
  -- Another name of its objects is another attempt; the row as it was before this statement is the one that it follows.
  insert into job_attempt (job_id, tries, attempt, object_name, clusters, dispatched_at, started_at, ended_at, ran_ms, lost_to, reason, message, progress, began, left_behind)
  select job.id, (job.recovery->>'tries')::int, job.attempt, job.object_name, job.clusters, job.dispatched_at,
         (job.recovery->'lost'->>'startedAt')::timestamptz, (job.recovery->'lost'->>'endedAt')::timestamptz,
         coalesce(job.ran_ms, 0) - coalesce((select sum(ran_ms) from job_attempt before where before.job_id = job.id), 0),
         job.recovery->'lost'->>'lostTo', job.recovery->'lost'->>'reason', job.recovery->'lost'->>'message',
         seen.progress, seen.began, job.clusters && array(select cluster from fence)
    from decided join job using (id)
    left join lateral (
      select progress, began from job_progress where job_progress.job_id = job.id and cluster = any (job.clusters) limit 1
    ) seen on true
   where not decided.stale and $4::jsonb ? 'objectName'
), forgotten as (
  -- The next attempt tells from where on it goes.
  delete from job_progress using decided
   where job_progress.job_id = decided.id and not decided.stale and $4::jsonb ? 'objectName'
), not_listed as (
  delete from job_listed using decided
   where job_listed.job_id = decided.id and job_listed.cluster <> '' and not decided.stale and $4::jsonb ? 'objectName'
), due_again as (
  update dispatch set
      token = null,
      again = false,
      ending = dispatch.ending and not $4::jsonb ? 'objectName',
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
