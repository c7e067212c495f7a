select xid || '-' || seq as event_id from event
 where xid < (select commit_horizon())
 order by xid desc, seq desc
 limit 1
