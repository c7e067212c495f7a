-- The job, its first event, its place in the dispatcher's queue and its idempotency key, all or nothing.
-- The key comes first: a second request with it waits here for the first one's commit, then gets no row and inserts nothing.
-- $15 and $16: reason and message of a wait that is known beforehand.
-- A chance id that is taken fails the whole statement (unique_violation on job), key included.
with request (caller, key, hash) as (
  values ($11::text, $12::text, $13::text)
), key_taken as (
  insert into idempotency_key as existing (caller, key, request_hash, job_id, expires_at)
  select caller, key, hash, $1, now() + interval '24 hours' from request where key is not null
  on conflict (caller, key) do update
    set request_hash = excluded.request_hash, job_id = excluded.job_id, expires_at = excluded.expires_at
    where existing.expires_at <= now()
  returning job_id
), inserted as (
  insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name,
                   retry_of, attempt, created_by)
  select $1, $2, $3, $4, $5, $6, $7, 'Pending', coalesce($15, 'Queued'), coalesce($16, 'Waiting to be dispatched'), $8, $9, $10, $14
    from request where key is null or exists (select from key_taken)
  returning *
), queued as (
  insert into dispatch (job_id, priority, created_at) select id, priority, created_at from inserted
), told as (
  insert into event (job_id, namespace, status, reason, message) select id, namespace, status, reason, message from inserted
)
select * from inserted
