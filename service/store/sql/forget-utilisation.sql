-- $1 cluster, or null: all; $2 what was told before then, or null: $3 seconds ago; $4 [{name, holder, token}], one of which must still hold.
with too_old as (
  select coalesce($2::timestamptz, now() - make_interval(secs => $3)) as before
   where exists (
     select from lease join jsonb_to_recordset($4::jsonb) as mine (name text, holder text, token bigint) using (name, holder, token)
      where lease.expires_at > clock_timestamp()
   )
), gone as (
  delete from job_utilisation using too_old
   where at < too_old.before and ($1::text is null or cluster = $1)
  returning job_id, cluster
), gone_cluster as (
  delete from cluster_utilisation using too_old where $1::text is null and asked_at < too_old.before
)
delete from job_listed using gone where job_listed.job_id = gone.job_id and job_listed.cluster = '%' || gone.cluster
