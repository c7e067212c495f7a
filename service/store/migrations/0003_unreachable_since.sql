-- That a cluster does not answer is told beside the job's message, no longer in its place.

-- By cluster, since when; only clusters that the job has, and nothing once it has finished.
alter table job add column unreachable_since jsonb not null default '{}';

create or replace function job_before_update() returns trigger language plpgsql as $$
begin
  if old.finished_at is not null and new.status <> old.status then
    raise exception 'job % has finished as %: that is final', old.id, old.status using errcode = 'check_violation';
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  new.changed_in := pg_current_xact_id();
  new.finished_at := case when new.status in ('Succeeded', 'Failed') then coalesce(new.finished_at, now()) end;
  if new.unreachable_since <> '{}' then
    new.unreachable_since := case when new.finished_at is not null then '{}'
      else new.unreachable_since - array(select jsonb_object_keys(new.unreachable_since) except select unnest(new.clusters)) end;
  end if;
  return new;
end $$;

-- What earlier versions wrote into the message: cluster unreachable since <time> (<cluster>: <error>). What the job said before
-- is what its worst cluster said, and with one cluster that is the only one.
update job set
    unreachable_since = jsonb_build_object(said[2], said[1]),
    message = coalesce(
      (select case when cardinality(clusters) > 1 then cluster || ': ' else '' end || (state->>'message')
         from jsonb_each(cluster_states) as states (cluster, state)
        where state->>'status' = job.status and state->>'reason' = job.reason
        order by cluster limit 1),
      '')
  from (
    select id as unreachable, regexp_match(message, '^cluster unreachable since (\S+) \(([^:]+): ') as said
      from job where finished_at is null and message like 'cluster unreachable since %'
  ) told
 where id = unreachable and said is not null;

drop trigger job_before_update on job;
create trigger job_before_update
  before update of status, reason, message, wanted, clusters, cluster_states, unreachable_since, dispatched_at, started_at, finished_at
  on job
  for each row execute function job_before_update();
