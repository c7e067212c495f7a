-- $1 cluster, $2 why its Prometheus tells nothing, or null: it does; $3 [{name, holder, token}], one of which must still hold.
insert into cluster_utilisation as known (cluster, asked_at, answered_at, why)
select $1, now(), case when $2::text is null then now() end, $2::text
 where exists (
   select from lease join jsonb_to_recordset($3::jsonb) as mine (name text, holder text, token bigint) using (name, holder, token)
    where lease.expires_at > clock_timestamp()
      for share of lease
 )
on conflict (cluster) do update set
  asked_at = excluded.asked_at, answered_at = coalesce(excluded.answered_at, known.answered_at), why = excluded.why
returning asked_at as "askedAt"
