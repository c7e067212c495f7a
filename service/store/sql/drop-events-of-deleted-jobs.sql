delete from event using event gone
 where gone.job_deleted and gone.at < now() - interval '24 hours' and event.job_id = gone.job_id
