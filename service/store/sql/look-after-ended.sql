-- $1 at most so many. Jobs that have ended, of which something may be left, and that nobody is to look at: versions before volumes had a
-- retention were done with a job whose volume was still there. They come after all others, and not all at once.
insert into dispatch (job_id, priority, created_at, ending, due_at)
select id, -1, created_at, true, now() + row_number() over (order by finished_at) * interval '50 milliseconds'
  from (
    select id, created_at, finished_at from job
     where finished_at is not null and cleared_at is null
       and not exists (select from dispatch where dispatch.job_id = job.id)
     order by finished_at
     limit $1
  ) ended
on conflict (job_id) do nothing
returning job_id
