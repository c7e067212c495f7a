-- All of them, with how many attempts left something behind there.
select cluster, fenced_at as "at", fenced_by as "by", reason,
       (select count(*)::int from job_attempt where left_behind and fence.cluster = any (clusters)) as "leftBehind"
  from fence order by cluster
