-- $1 holder, $2 names, $3 most, $4 seconds, $5 notes by name.
-- Ours that are still valid are renewed under their token; those over $3 are given back. Free, expired or unheard-of ones are taken
-- under a new token, ours that expired among them: what was read before the expiry must not be written any more. SKIP LOCKED and
-- DO NOTHING: of two replicas that want the same lease one gets it, and the other does not wait.
with clock as materialized (
  select clock_timestamp() as now, clock_timestamp() + make_interval(secs => $4) as expiry
), ours as (
  select name, row_number() over (order by name) <= $3::int as kept
    from lease, clock where name = any ($2::text[]) and holder = $1 and expires_at > now
), renewed as (
  update lease set
      holder = case when kept then $1 end,
      expires_at = case when kept then expiry else '-infinity' end,
      note = coalesce($5::jsonb->lease.name, note)
    from ours, clock where lease.name = ours.name and lease.holder = $1 and lease.expires_at > now
  returning lease.name, lease.token, kept
), free as (
  select name from lease, clock
   where name = any ($2) and (holder is null or expires_at <= now)
   order by name
   limit (select greatest(0, $3 - count(*)) from ours where kept)
   for update of lease skip locked
), taken as (
  update lease set holder = $1, token = token + 1, expires_at = expiry
    from free, clock where lease.name = free.name
  returning lease.name, lease.token
), added as (
  insert into lease (name, holder, token, expires_at)
  select name, $1, 1, expiry
    from unnest($2) wanted (name), clock
   where not exists (select from lease existing where existing.name = wanted.name)
   order by name
   limit (select greatest(0, $3 - count(*)) from (select from ours where kept union all select from taken) held)
  on conflict do nothing
  returning name, token
)
select name, token from renewed where kept
union all
select name, token from taken
union all
select name, token from added
order by name
