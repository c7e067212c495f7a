-- $1 job ids: of those that report, what decides whether they may, and what was told last.
select id as "jobId", namespace, object_name as "objectName", attempt, clusters, status in ('Succeeded', 'Failed') as "isOver",
       (select json_agg(json_build_array(cluster, at, progress)) from job_progress where job_id = id) as progress
  from job where id = any ($1)
