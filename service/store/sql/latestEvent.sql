select xid || '-' || seq as event_id from event
 where xid < pg_snapshot_xmin(pg_current_snapshot())
 order by xid desc, seq desc
 limit 1
