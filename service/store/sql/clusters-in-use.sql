-- From the ledger: counting 100,000 active jobs once a second would cost more than all the rest of the monitor.
select cluster, sum(jobs)::int as jobs
  from job_count, unnest(clusters) cluster
 where status in ('Pending', 'Running')
 group by cluster having sum(jobs) > 0
