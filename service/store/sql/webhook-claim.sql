-- $1 how many, $2 seconds. SKIP LOCKED: no two replicas get the same message while a claim holds.
with due as (
  select event_id from webhook_message where due_at <= now() order by due_at limit $1 for update skip locked
)
update webhook_message as message
   set due_at = now() + make_interval(secs => $2), token = gen_random_uuid(), attempts = attempts + 1
  from due where message.event_id = due.event_id
returning message.event_id, message.job_id, message.body::text as body, message.token, message.attempts,
          extract(epoch from now() - message.created_at)::float8 as age_seconds
