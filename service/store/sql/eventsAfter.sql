-- Only below the oldest transaction that still runs: above it, an event with a smaller id may yet appear.
select *, xid || '-' || seq as event_id from event
 where (xid, seq) > ($1::xid8, $2::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
 order by xid, seq
 limit $3
