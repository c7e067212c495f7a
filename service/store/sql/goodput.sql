-- $1 from, $2 to, $3 namespaces or null, $4 how many jobs. Each attempt that ran in that time, with where it began, how far it came, and from
-- where the next one went on. The last attempt of a job is the job itself.
with ran as materialized (
  select * from (
    (select * from job where finished_at >= $1 and cleared_at is not null and started_at < $2 and ($3::text[] is null or namespace = any ($3)) limit $4)
    union all
    (select * from job where finished_at >= $1 and finished_at is not null and cleared_at is null and started_at < $2
                         and ($3::text[] is null or namespace = any ($3)) limit $4)
    union all
    (select * from job where status = 'Running' and started_at < $2 and ($3::text[] is null or namespace = any ($3)) limit $4)
    union all
    (select * from job where status = 'Pending' and started_at < $2 and ($3::text[] is null or namespace = any ($3)) limit $4)
  ) each
  limit $4
), attempt as (
  select ran.id, lost.tries, coalesce(lost.started_at, lost.dispatched_at) as began_at, lost.ended_at, lost.ran_ms, lost.lost_to, lost.began, lost.progress
    from ran join job_attempt lost on lost.job_id = ran.id
  union all
  select ran.id, coalesce((recovery->>'tries')::int, 1),
         coalesce((select max(ended_at) from job_attempt before where before.job_id = ran.id), started_at),
         coalesce(finished_at, (recovery->'lost'->>'endedAt')::timestamptz, now()),
         coalesce(ran_ms, 0) + coalesce(1000 * extract(epoch from now() - running_since), 0)
           - coalesce((select sum(before.ran_ms) from job_attempt before where before.job_id = ran.id), 0),
         recovery->'lost'->>'lostTo', seen.began, seen.progress
    from ran
    left join lateral (select began, progress from job_progress where job_id = ran.id order by at desc limit 1) seen on true
), followed as (
  select attempt.*, lead(began) over (partition by id order by tries) as next_began,
         lead(tries) over (partition by id order by tries) is null as is_last
    from attempt
)
select id as "jobId", namespace, status, reason, coalesce(gpus, (request->'resources'->>'instanceCount')::int
         * (request->'resources'->'instanceResources'->>'gpuCount')::int, 0)::float8 as gpus,
       coalesce(cpus, (request->'resources'->>'instanceCount')::int
         * (request->'resources'->'instanceResources'->>'cpuCores')::float8, 0)::float8 as cpus,
       began_at as "beganAt", ended_at as "endedAt", greatest(0, followed.ran_ms)::float8 as "ranMs", lost_to as "lostTo", is_last as "isLast",
       began, progress as reached, next_began as "nextBegan", (select count(*) from ran) >= $4 as "isCut"
  from followed join ran using (id)
 where began_at < $2 and ended_at >= $1
 order by id, tries
