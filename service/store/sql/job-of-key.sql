-- No row of job: it was deleted.
select job.*, key.request_hash, key.job_id as job_of_key
  from idempotency_key key left join job on job.id = key.job_id
 where key.caller = $1 and key.key = $2 and key.expires_at > now()
