select *, xid || '-' || seq as event_id from event where job_id = $1 order by seq
