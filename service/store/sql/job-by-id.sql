select *, (select jsonb_object_agg(cluster, progress || jsonb_build_object('at', at)) from job_progress where job_id = id) as progress
  from job where id = $1
