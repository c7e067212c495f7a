select logs_kept_at is not null as complete from job where id = $1
