-- $1 the mark that was read, $2 the new one, $3 [{eventId, jobId, body}]. Nothing when another replica has moved the mark meanwhile.
with moved as (
  update webhook_mark set event_id = $2 where event_id = $1 returning one_row
), added as (
  insert into webhook_message (event_id, job_id, body)
  select message."eventId", message."jobId", message.body
    from moved, json_to_recordset($3::json) as message ("eventId" text, "jobId" text, body json)
  on conflict (event_id) do nothing
)
select count(*)::int as moved from moved
