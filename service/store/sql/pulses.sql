-- $1 steps, $2 seconds, $3 how many, $4 a reason that others look after. Trainings that run, and have told how far they are, which make
-- no step for a third of so long, whose loss is no number or higher than at first, which their operator calls stalled, or of which something
-- was wrong before. What is known of an unreachable cluster's is old.
select job.id as "jobId", curve.stepped_at as "steppedAt", curve.step_seconds as "stepSeconds", seen.at as "heardAt",
       job.running_since as "runningSince", curve.spark as losses, coalesce(seen.is_no_number, false) as "lossIsNoNumber",
       coalesce(seen.is_stalled, false) as "isStalled", job.attention
  from job
  join job_curve curve on curve.job_id = job.id
  left join lateral (
    select max(at) as at, bool_or(progress ? 'lossIsNoNumber') as is_no_number, bool_or(progress ? 'isStalled') as is_stalled
      from job_progress where job_progress.job_id = job.id and cluster = any (job.clusters)
  ) seen on true
 where job.status = 'Running' and job.wanted = 'run' and job.unreachable_since = '{}'
   and curve.stepped_at is not null and curve.step_seconds is not null
   and (job.attention->>'reason' <> $4 or seen.is_no_number or seen.is_stalled or curve.spark[cardinality(curve.spark)] > curve.spark[1]
        or now() - greatest(curve.stepped_at, job.running_since) > make_interval(secs => greatest($2::float8, $1::float8 * curve.step_seconds) / 3))
 order by job.attention is not null, curve.stepped_at
 limit $3
