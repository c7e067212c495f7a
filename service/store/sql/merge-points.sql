-- $1 job ids, $2 how many names a job may have. What waits in job_curve goes into the series' buckets, of which the last is still open:
-- it is taken out and made anew. Another replica that merges the same job now is left to it; one that has done so since this
-- statement began is seen by what it has merged. Returns the series that have too many buckets now ($3).
with before as (
  select job_id, merged from job_curve where job_id = any ($1)
), taken as (
  select curve.job_id, curve.merged, curve.names, curve.at, curve.numbers, curve.steps
    from job_curve curve
   where curve.job_id = any ($1) and curve.names <> '{}'
   order by curve.job_id
   for update skip locked
), points as (
  select taken.job_id, point.*
    from taken join before using (job_id, merged),
         unnest(names, at, numbers, steps) with ordinality as point (name, at, number, step, place)
), told as (
  select job_id, name, width, end_at, end_low, end_high, end_last, end_step
    from (
      select n.job_id, n.name, s.width, s.at[cardinality(s.at)] as end_at, s.low[cardinality(s.at)] as end_low,
             s.high[cardinality(s.at)] as end_high, s.last[cardinality(s.at)] as end_last, s.steps[cardinality(s.at)] as end_step,
             row_number() over (partition by n.job_id, s.name is null order by n.name) as place,
             (select count(*) from job_series known where known.job_id = n.job_id) as known
        from (select distinct job_id, name from points) n left join job_series s on s.job_id = n.job_id and s.name = n.name
    ) names
   where width is not null or known + place <= $2
), parts as (
  select job_id, name, width, end_at as at, end_low as low, end_high as high, end_last as last, end_step as step, 0::bigint as place
    from told where width is not null
  union all
  select job_id, name, coalesce(width, 1), greatest(at, end_at), number, number, number, step, place
    from points join told using (job_id, name)
), buckets as (
  select job_id, name, width, at / width as bucket, max(at) as at, min(low) as low, max(high) as high,
         (array_agg(last order by at desc, place desc))[1] as last, (array_agg(step order by at desc, place desc))[1] as step
    from parts group by job_id, name, width, at / width
), ends as (
  select job_id, name, width, array_agg(at order by bucket) as at, array_agg(low order by bucket) as low,
         array_agg(high order by bucket) as high, array_agg(last order by bucket) as last, array_agg(step order by bucket) as steps,
         (array_agg(last order by bucket desc))[1] as latest, min(low) as lowest, max(high) as highest
    from buckets group by job_id, name, width
), merged as (
  insert into job_series as known (job_id, name, width, at, low, high, last, steps, latest, lowest, highest)
  select job_id, name, width, at, low, high, last, steps, latest, lowest, highest from ends
  on conflict (job_id, name) do update set
    at = trim_array(known.at, 1) || excluded.at, low = trim_array(known.low, 1) || excluded.low,
    high = trim_array(known.high, 1) || excluded.high, last = trim_array(known.last, 1) || excluded.last,
    steps = trim_array(known.steps, 1) || excluded.steps,
    latest = excluded.latest, lowest = least(known.lowest, excluded.lowest), highest = greatest(known.highest, excluded.highest)
  returning job_id, name, cardinality(at) as buckets, last
), sparks as (
  select job_id,
         case when buckets <= 30 then last
              else array(select last[1 + place * (buckets - 1) / 29] from generate_series(0, 29) place) end as spark
    from merged where name = 'loss'
), listed as (
  insert into job_listed (job_id, cluster, told)
  -- Four digits are more than so small a picture shows, and are read in half the time.
  select job_id, '', json_build_array('', array(select to_char(each, '9.999EEEE')::float8 from unnest(spark) each))::text from sparks
  on conflict (job_id, cluster) do update set told = excluded.told
), emptied as (
  update job_curve curve
     set names = '{}', at = '{}', numbers = '{}', steps = '{}', merged = curve.merged + cardinality(curve.names),
         spark = coalesce((select spark from sparks where sparks.job_id = curve.job_id), curve.spark)
   where curve.job_id in (select job_id from taken join before using (job_id, merged))
)
select job_id as "jobId", name from merged where buckets > $3
