-- $1 at most so many.
with old as (
  select ctid as place from idempotency_key where expires_at <= now() order by expires_at limit $1 for update skip locked
), gone as (
  delete from idempotency_key using old where idempotency_key.ctid = old.place
)
select count(*)::int as taken, count(*)::int as removed from old
