-- Sums up the ledgers. Differences that arrive meanwhile are not seen and stay for the next time; a reader sees all of it or none.
-- One at a time, without waiting: a second one would only wait for the first's rows and then find nothing.
with taken as (
  delete from job_count where (select pg_try_advisory_xact_lock(hashtext('job_count'))) returning *
), taken_stopped as (
  delete from stopped_count where (select pg_try_advisory_xact_lock(hashtext('job_count'))) returning *
), stopped as (
  insert into stopped_count
  select namespace, algorithm, status, clusters, state, sum(jobs) from taken_stopped
   group by 1, 2, 3, 4, 5 having sum(jobs) <> 0
)
insert into job_count
select namespace, algorithm, status, clusters, sum(jobs) from taken group by 1, 2, 3, 4 having sum(jobs) <> 0
