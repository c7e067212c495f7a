-- $1 job ids: those of which nothing will run any more, or that are gone.
select id as "jobId" from unnest($1::text[]) as asked (id)
 where not exists (select from job where job.id = asked.id and job.status in ('Pending', 'Running'))
