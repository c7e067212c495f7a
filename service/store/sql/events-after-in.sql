-- As events-after.sql, of the namespaces $4 alone: each is entered where the reader is, however much happened in others.
with start as materialized (
  select case when $1::xid8 < pg_snapshot_xmax(pg_current_snapshot()) then $1::xid8 else '0' end as xid,
         $2::bigint as seq,
         commit_horizon() as horizon
), page as (
  select found.*, xid || '-' || seq as event_id
    from unnest($4::text[]) wanted (namespace)
   cross join lateral (
     select * from event
      where event.namespace = wanted.namespace
        and (xid, seq) > ((select xid from start), (select seq from start)) and xid < (select horizon from start)
      order by xid, seq
      limit $3
   ) found
   order by xid, seq
   limit $3
)
select page.*, (select xid from event order by xid desc, seq desc limit 1) >= (select horizon from start) as held
  from (select) always left join page on true
 order by page.xid, page.seq
