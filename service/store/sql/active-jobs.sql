select id, namespace, kind, object_name, status, reason, message, wanted,
       clusters, cluster_states, unreachable_since, started_at, finished_at, retry_policy, recovery, attention, version
  from job
 where finished_at is null and dispatched_at is not null and clusters && $1::text[]
