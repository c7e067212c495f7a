-- $1 job, $2 [{cluster, pod, container, restart, run, text, droppedBytes}]: all that is kept of it from now on. $3 when: 'last' ends the
-- keeping, also when there is nothing to keep; 'soFar' gives way to whoever keeps it before its pods are taken away: also where the job
-- has been resumed since.
with job_found as (
  select id from job
   where id = $1 and ($3 = 'last' or (logs_kept_at is null and ($3 = 'beforeSuspension' or (wanted = 'run' and not exists (
           select from job_log join log_reading using (job_id) where job_id = $1 and kept_at > read_at)))))
     for no key update
), ended as (
  update job set logs_kept_at = now() from job_found where job.id = job_found.id and $3 = 'last'
), given as (
  select log.* from job_found,
         jsonb_to_recordset($2::jsonb) as log
           (cluster text, pod text, container text, restart integer, run integer, text text, "droppedBytes" bigint)
), dropped as (
  delete from job_log using job_found
   where job_id = job_found.id
     and not exists (select from given where (given.cluster, given.pod, given.container, given.restart)
                                           = (job_log.cluster, job_log.pod, job_log.container, job_log.restart))
)
insert into job_log (job_id, cluster, pod, container, restart, run, text, dropped_bytes)
select $1, cluster, pod, container, restart, run, text, "droppedBytes" from given
on conflict (job_id, cluster, pod, container, restart)
  do update set text = excluded.text, dropped_bytes = excluded.dropped_bytes, kept_at = now()
  where job_log.text <> excluded.text
