-- $1 cluster, $2 how many. Attempts that were given up there while it was fenced, and have not been seen to be gone.
select lost.job_id as "jobId", lost.tries, lost.object_name as "objectName", job.kind, job.namespace
  from job_attempt lost join job on job.id = lost.job_id
 where lost.left_behind and $1 = any (lost.clusters)
 order by lost.job_id, lost.tries
 limit $2
