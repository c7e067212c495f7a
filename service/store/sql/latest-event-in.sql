select xid || '-' || seq as event_id
  from unnest($1::text[]) wanted (namespace)
 cross join lateral (
   select xid, seq from event
    where event.namespace = wanted.namespace and xid < (select commit_horizon())
    order by xid desc, seq desc
    limit 1
 ) newest
 order by xid desc, seq desc
 limit 1
