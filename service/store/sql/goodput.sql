-- $1 from, $2 to, $3 namespaces or null, $4 how many jobs. What attempts that ran in that time came to, summed up over those of a namespace
-- that ended alike: forty thousand of them would take the service's one thread for a tenth of a second. The last attempt of a job is the
-- job itself.
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
), within as (
  select id, tries, namespace, status, reason, lost_to, is_last, began, progress, next_began,
         lost_to is not null or (is_last and status = 'Failed') as is_waste,
         coalesce(gpus, (request->'resources'->>'instanceCount')::int
           * (request->'resources'->'instanceResources'->>'gpuCount')::int, 0)::float8 as gpus,
         coalesce(cpus, (request->'resources'->>'instanceCount')::int
           * (request->'resources'->'instanceResources'->>'cpuCores')::float8, 0)::float8 as cpus,
         greatest(0, followed.ran_ms)::float8 / 3600000 as hours,
         -- Of an attempt that began before or goes on after it, as if it had run evenly.
         case when ended_at <= began_at then 1
              else extract(epoch from least(ended_at, $2) - greatest(began_at, $1)) / extract(epoch from ended_at - began_at)
         end::float8 as share,
         -- All three by the same measure.
         case when jsonb_typeof(progress->'step') = 'number' then 'step'
              when jsonb_typeof(progress->'epoch') = 'number' then 'epoch'
              when jsonb_typeof(progress->'percent') = 'number' then 'percent' end as measure
    from followed join ran using (id)
   where began_at < $2 and ended_at >= $1
), measured as (
  -- An attempt that told of no begin began where the training does.
  select within.*, coalesce((began->>measure)::float8, 0) as from_step, (next_began->>measure)::float8 as next_step,
         greatest(0, coalesce((progress->>measure)::float8, 0) - coalesce((began->>measure)::float8, 0)) as steps,
         row_number() over (partition by id order by tries) = 1 as is_first
    from within
), kept as (
  -- The part that the next attempt did not have to do again; of the last one all, if it came to something or still may. What is not known is lost.
  select measured.*,
         case when not is_waste then 1
              when is_last or steps = 0 or next_step is null then 0
              else least(1, greatest(0, (next_step - from_step) / steps)) end as part
    from measured
)
select namespace, status, reason, lost_to as "lostTo", is_last as "isLast",
       count(*) filter (where is_first)::int as jobs, count(*)::int as attempts,
       sum(hours * share * gpus) as "gpuHours", sum(hours * share * cpus) as "cpuHours",
       sum(hours * share * gpus * (1 - part)) as "lostGpuHours", sum(hours * share * cpus * (1 - part)) as "lostCpuHours",
       sum(steps * share) as "stepsRun", sum(steps * share * part) as "stepsKept", (select count(*) from ran) >= $4 as "isCut"
  from kept
 group by namespace, status, reason, lost_to, is_last
