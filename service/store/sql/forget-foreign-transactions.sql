-- After a restore from a dump, rows carry transaction numbers of the old server, which here are still to come: such events would stay
-- hidden, and such jobs would count as changed for ever. Their order among themselves remains in seq.
with events as (
  update event set xid = '0' where xid >= pg_snapshot_xmax(pg_current_snapshot())
)
update job set changed_in = '0' where changed_in >= pg_snapshot_xmax(pg_current_snapshot())
