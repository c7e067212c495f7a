-- $1 job ids.
select job_id as "jobId", stepped_at as "at", step_seconds as "stepSeconds" from job_curve where job_id = any ($1) and stepped_at is not null
