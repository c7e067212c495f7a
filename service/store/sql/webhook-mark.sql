-- $1 where to begin when there is no mark yet: a webhook that is new is not told of all that ever happened.
with new as (
  insert into webhook_mark (event_id) values ($1) on conflict (one_row) do nothing returning event_id
)
select event_id from new union all select event_id from webhook_mark limit 1
