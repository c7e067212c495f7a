-- How long a job has run: the time in which its status was Running, without the pauses of a suspension and the wait for another try.
-- Whoever writes the status, this is counted. Of jobs that ended before this, ran_ms stays null: nobody counted their pauses.
alter table job add column ran_ms bigint;
alter table job alter column ran_ms set default 0;
-- Of the run that goes on, by the member's clock where that is known.
alter table job add column running_since timestamptz(3);

-- The last start that a member tells of, if that can be no earlier run's.
create function start_of_run(job) returns timestamptz language sql stable as $$
  select case when coalesce($1.ran_ms, 0) = 0 then $1.started_at else (
    select max(start) from (
      select (value->>'startedAt')::timestamptz as start from jsonb_each($1.cluster_states)
    ) starts
    where start >= $1.started_at + make_interval(secs => $1.ran_ms / 1000.0)
  ) end
$$;

-- After job_before_update, which sets the time of the end: triggers go by their names.
create function job_run_time() returns trigger language plpgsql as $$
declare
  began timestamptz;
begin
  if new.status = 'Running' then
    new.running_since := coalesce(start_of_run(new), now());
  elsif old.status = 'Running' or new.finished_at is not null then
    -- One that ran and ended between two looks was never seen running.
    began := case when old.status = 'Running' then coalesce(old.running_since, old.started_at) else start_of_run(new) end;
    new.ran_ms := coalesce(old.ran_ms, 0)
      + greatest(0, coalesce(1000 * extract(epoch from coalesce(new.finished_at, now()) - began), 0))::bigint;
    new.running_since := null;
  end if;
  return new;
end $$;
create trigger job_run_time before update of status on job
  for each row when (new.status <> old.status) execute function job_run_time();

create or replace function job_of_event(job) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'status', $1.status, 'reason', $1.reason, 'message', $1.message, 'wanted', $1.wanted, 'priority', $1.priority,
    'clusters', $1.clusters, 'unreachableSince', $1.unreachable_since, 'dispatchedAt', $1.dispatched_at,
    'startedAt', $1.started_at, 'finishedAt', $1.finished_at, 'updatedAt', $1.updated_at,
    'ranMs', $1.ran_ms, 'runningSince', $1.running_since)
$$;
