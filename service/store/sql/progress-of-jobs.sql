-- $1 ids.
select job_id as "jobId", json_agg(json_build_array(cluster, at, progress)) as progress from job_progress where job_id = any ($1) group by job_id
