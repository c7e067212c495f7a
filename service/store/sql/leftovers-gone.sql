-- $1 [{jobId, tries}], $2 cluster, $3 message, $4 reason. Each is told once.
with gone as (
  update job_attempt set left_behind = false
    from jsonb_to_recordset($1::jsonb) as given ("jobId" text, tries int)
   where job_attempt.job_id = given."jobId" and job_attempt.tries = given.tries and left_behind
  returning job_attempt.job_id
)
insert into event (job_id, namespace, status, previous, cluster, reason, message, job)
select id, namespace, status, status, $2, $4, $3, job_of_event(job)
  from job where id in (select job_id from gone)
