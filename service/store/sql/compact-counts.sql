-- Sums up the ledger. Differences that arrive meanwhile are not seen and stay for the next time; a reader sees all of it or none.
-- One at a time, without waiting: a second one would only wait for the first's rows and then find nothing.
with taken as (
  delete from job_count where (select pg_try_advisory_xact_lock(hashtext('job_count'))) returning *
)
insert into job_count
select namespace, algorithm, status, clusters, sum(jobs) from taken group by 1, 2, 3, 4 having sum(jobs) <> 0
