select to_regclass('job_text') is not null as found
