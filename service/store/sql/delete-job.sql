-- The end of a deleted job: queue, keys and logs go with the row (foreign keys). Its events stay a day for those who follow the
-- stream, with a last one that says it is gone. $1 job, $2 token, $3 event.
with locked as (
  select * from job where id = $1 for update
), held as (
  select job_id from dispatch where job_id = (select id from locked) and token = $2::uuid for update
), told as (
  insert into event (job_id, namespace, status, previous, cluster, reason, message, job_deleted)
  select id, namespace, status, status, $3::jsonb->>'cluster', $3::jsonb->>'reason', $3::jsonb->>'message', true
    from locked, held where held.job_id = locked.id
), deleted as (
  delete from job using held where job.id = held.job_id
)
select locked.* from locked, held where held.job_id = locked.id
