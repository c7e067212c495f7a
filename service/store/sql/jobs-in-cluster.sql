select coalesce(sum(jobs), 0)::float8 as jobs from job_count where clusters @> array[$1]
