select *, (select json_agg(json_build_array(cluster, at, progress)) from job_progress where job_id = id) as progress
  from job where id = $1
