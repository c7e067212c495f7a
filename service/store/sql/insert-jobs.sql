-- $1 jobs as JSON. Each with its first event, its place in the dispatcher's queue and its idempotency key; all of them or none.
-- The key comes first: a second request with it waits here for the first one's commit, then gets no row and inserts nothing.
-- Retries of one request are numbered one after the other (next_attempt).
-- A chance id that is taken fails the whole statement (unique_violation on job), keys included.
with request as (
  select * from json_to_recordset($1::json) as job (
    id text, job_name text, namespace text, algorithm text, priority integer, kind text, request json, request_version int, object_name text,
    retry_of text, created_by text, reason text, message text, gpus integer, cpus real, caller text, key text, hash text
  )
), key_taken as (
  insert into idempotency_key as existing (caller, key, request_hash, job_id, expires_at)
  select caller, key, hash, id, now() + interval '24 hours' from request where key is not null
  on conflict (caller, key) do update
    set request_hash = excluded.request_hash, job_id = excluded.job_id, expires_at = excluded.expires_at
    where existing.expires_at <= now()
  returning job_id
), inserted as (
  insert into job (id, job_name, namespace, algorithm, priority, kind, request, request_version, request_bytes, status, reason, message, object_name,
                   retry_of, attempt, created_by, retry_policy, gpus, cpus)
  select id, job_name, namespace, algorithm, priority, kind, request, request_version, octet_length(request::text), 'Pending', reason, message, object_name,
         retry_of, case when retry_of is null then 1 else next_attempt(retry_of) end, created_by, (request->'retryPolicy')::jsonb, gpus, cpus
    from request where key is null or exists (select from key_taken where job_id = id)
  returning *, job_of_event(job) as told_job
), queued as (
  insert into dispatch (job_id, priority, created_at) select id, priority, created_at from inserted
), told as (
  insert into event (job_id, namespace, status, reason, message, job)
  select id, namespace, status, reason, message, told_job from inserted
)
select * from inserted
