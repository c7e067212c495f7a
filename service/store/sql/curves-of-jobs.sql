-- $1 job ids, $2 names or null for all. As JSON, which is read many times faster than arrays are.
select job.id as "jobId", extract(epoch from job.created_at) * 1000 as "createdAt",
       coalesce(curve.marks, '[]') as marks,
       -- Where the hub began another attempt: when the one before had ended, with its number and cluster.
       (select json_agg(json_build_array(greatest(0, extract(epoch from ended_at - job.created_at))::int, next, place) order by tries)
          from (select lost.*, lead(attempt, 1, job.attempt) over (order by tries) as next,
                       lead(clusters[1], 1, coalesce(job.clusters[1], clusters[1])) over (order by tries) as place
                  from job_attempt lost where lost.job_id = job.id) lost) as begun,
       case when curve.job_id is null then null else
         json_build_object('names', to_json(curve.names), 'at', to_json(curve.at), 'numbers', to_json(curve.numbers),
                           'steps', to_json(curve.steps))
       end as recent,
       (select json_agg(name order by name) from job_series where job_id = job.id) as names,
       (select json_agg(json_build_object('name', name, 'at', to_json(at), 'low', to_json(low), 'high', to_json(high),
                                          'last', to_json(last), 'steps', to_json(steps), 'lowest', lowest, 'highest', highest))
          from job_series where job_id = job.id and ($2::text[] is null or name = any ($2))) as series
  from job left join job_curve curve on curve.job_id = job.id
 where job.id = any ($1)
