select *, (select json_agg(json_build_array(cluster, at, progress)) from job_progress where job_id = id) as progress,
       (select json_agg(json_build_array('%', cluster, at, gpu_percent, gpus, idle_gpus, cpu_percent))
          from job_utilisation where job_id = id) as utilisation
  from job where id = $1
