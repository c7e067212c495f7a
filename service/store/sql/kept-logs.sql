select cluster, pod, container, restart, run, text, dropped_bytes from job_log
 where job_id = $1 order by cluster, run, pod, container, restart
