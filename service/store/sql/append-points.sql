-- $1 [{jobId, names, ages, numbers, steps, marks: [[age, attempt, cluster]], steppedAge, stepSeconds}], ages in milliseconds before now;
-- returns the jobs of which enough waits to be merged: a quarter of what was merged before, at most 128 numbers.
-- A place that was told of last is told of no second time.
with given as (
  select *
    from jsonb_to_recordset($1::jsonb) as g (
      "jobId" text, names text[], ages integer[], numbers real[], steps integer[], marks jsonb, "steppedAge" integer, "stepSeconds" real)
), there as (
  select job.id, job.created_at, given.*
    from given join job on job.id = given."jobId"
   order by job.id
   for key share of job
), timed as (
  select id, names, numbers, steps,
         array(select seconds_after(created_at, age) from unnest(ages) with ordinality as each (age, place) order by place) as at,
         case when marks = '[]' then marks else (
           select jsonb_agg(jsonb_build_array(seconds_after(created_at, (mark ->> 0)::integer), mark -> 1, mark -> 2) order by place)
             from jsonb_array_elements(marks) with ordinality as each (mark, place)
         ) end as marks,
         now() - "steppedAge" * interval '1 millisecond' as stepped_at, "stepSeconds" as step_seconds
    from there
), saved as (
  insert into job_curve as known (job_id, names, at, numbers, steps, marks, stepped_at, step_seconds)
  select id, names, at, numbers, steps, marks, stepped_at, step_seconds from timed
  on conflict (job_id) do update set
    names = known.names || excluded.names, at = known.at || excluded.at,
    numbers = known.numbers || excluded.numbers, steps = known.steps || excluded.steps,
    marks = case when excluded.marks = '[]' or jsonb_array_length(known.marks) >= 100 then known.marks
                 when (known.marks -> -1) - 0 = (excluded.marks -> 0) - 0 then known.marks || (excluded.marks - 0)
                 else known.marks || excluded.marks end,
    stepped_at = greatest(known.stepped_at, excluded.stepped_at),
    step_seconds = coalesce(excluded.step_seconds, known.step_seconds)
  returning job_id, cardinality(names) as waiting, merged
)
select job_id as "jobId" from saved where waiting >= least(128, greatest(1, merged / 4)) order by job_id
