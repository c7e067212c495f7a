-- $1 seconds, $2 fenced clusters, $3 after this id, $4 how many, $5 what they are told. Jobs of clusters that have not answered for so long: those that are not
-- told of it yet, and those that may want to leave because their cluster is fenced.
select * from job
 where finished_at is null and unreachable_since <> '{}' and id > $3
   and dispatched_at is not null and wanted = 'run'
   and coalesce(recovery->'lost', 'null') = 'null'
   and (attention->>'reason' is distinct from $5::text or clusters && $2::text[] and retry_policy ? 'elsewhere')
   and exists (
     select from jsonb_each_text(unreachable_since) each
      where key = any (clusters) and value::timestamptz < now() - make_interval(secs => $1)
   )
 order by id
 limit $4
