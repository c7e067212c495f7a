-- $1 job, $2 [{cluster, pod, container, text, droppedBytes}]. Also with no log at all: then there was none to keep, and it is done.
with job_found as (
  update job set logs_kept_at = now() where id = $1 returning id
)
insert into job_log (job_id, cluster, pod, container, text, dropped_bytes)
select job_found.id, log.cluster, log.pod, log.container, log.text, log."droppedBytes"
  from job_found,
       jsonb_to_recordset($2::jsonb) as log (cluster text, pod text, container text, text text, "droppedBytes" bigint)
on conflict (job_id, cluster, pod, container) do update set text = excluded.text, dropped_bytes = excluded.dropped_bytes
