delete from webhook_message where event_id = $1 and token = $2
