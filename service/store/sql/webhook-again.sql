-- $3 seconds until it is tried again.
update webhook_message set token = null, due_at = now() + make_interval(secs => $3) where event_id = $1 and token = $2
