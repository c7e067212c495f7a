select job.*, key.request_hash
  from idempotency_key key join job on job.id = key.job_id
 where key.caller = $1 and key.key = $2 and key.expires_at > now()
