-- $1 [{jobId, name}], $2 how many buckets may be left: each series' buckets become 2, 4, 8... times as wide, as often as it takes.
update job_series series
   set (width, at, low, high, last, steps) = (
     select wider.width, array_agg(bucket.at order by bucket.n), array_agg(bucket.low order by bucket.n),
            array_agg(bucket.high order by bucket.n), array_agg(bucket.last order by bucket.n), array_agg(bucket.step order by bucket.n)
       from (
         select min(times * series.width) as width
           from (select 1::bigint << power as times from generate_series(1, 30) power) powers
          where times * series.width <= 1 << 30
            and (select count(distinct each / (times * series.width)) from unnest(series.at) each) <= $2
       ) wider,
       lateral (
         select part.at / wider.width as n, max(part.at) as at, min(part.low) as low, max(part.high) as high,
                (array_agg(part.last order by part.place desc))[1] as last, (array_agg(part.step order by part.place desc))[1] as step
           from unnest(series.at, series.low, series.high, series.last, series.steps) with ordinality
                as part (at, low, high, last, step, place)
          group by part.at / wider.width
       ) bucket
      group by wider.width
   )
  from jsonb_to_recordset($1::jsonb) as wide ("jobId" text, name text)
 where series.job_id = wide."jobId" and series.name = wide.name and cardinality(series.at) > $2
