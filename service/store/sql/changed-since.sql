-- What has been on Karmada and has changed. $1 the mark of the last time. The new mark is the oldest transaction still running here: all before it have been seen, those
-- after it may be seen again. Marks are transactions, not times: one that began early and commits late is not missed.
select commit_horizon()::text as mark, changed.*
  from (select) always
  left join lateral (
    select id, namespace, kind, object_name, status, reason, message, wanted,
           clusters, cluster_states, unreachable_since, started_at, finished_at, retry_policy, recovery, attention, version
      from job where changed_in >= $1::xid8 and dispatched_at is not null
  ) changed on true
