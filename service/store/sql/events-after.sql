-- $1 transaction and $2 sequence number of the last event read, $3 at most so many.
-- Only below the horizon: above it, an event with a smaller id may yet appear. `held` says that some wait there.
-- An id from before a restore names a transaction that this server has not reached; its sequence number still tells where to go on.
with start as materialized (
  select case when $1::xid8 < pg_snapshot_xmax(pg_current_snapshot()) then $1::xid8 else '0' end as xid,
         $2::bigint as seq,
         commit_horizon() as horizon
), page as (
  select *, xid || '-' || seq as event_id from event
   where (xid, seq) > ((select xid from start), (select seq from start)) and xid < (select horizon from start)
   order by xid, seq
   limit $3
)
select page.*, (select xid from event order by xid desc, seq desc limit 1) >= (select horizon from start) as held
  from (select) always left join page on true
 order by page.xid, page.seq
