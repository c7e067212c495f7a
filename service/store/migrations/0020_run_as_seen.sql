-- A run begins when its job is first shown as Running, in the same moment as the event that says so: a RayJob's start time is that of
-- its Ray cluster, which may be minutes before anything runs, and then job and timeline told two different run times. Only of a run
-- that began and ended between two looks is there no such moment: it counts from what its cluster tells.
create or replace function job_run_time() returns trigger language plpgsql as $$
declare
  began timestamptz;
begin
  if new.status = 'Running' then
    new.running_since := now();
  elsif old.status = 'Running' or new.finished_at is not null then
    began := case when old.status = 'Running' then coalesce(old.running_since, old.started_at) else start_of_run(new) end;
    new.ran_ms := coalesce(old.ran_ms, 0)
      + greatest(0, coalesce(1000 * extract(epoch from coalesce(new.finished_at, now()) - began), 0))::bigint;
    new.running_since := null;
  end if;
  return new;
end $$;
