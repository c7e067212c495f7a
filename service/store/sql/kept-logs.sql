select cluster, pod, container, text, dropped_bytes from job_log where job_id = $1 order by cluster, pod, container
