-- Clusters that do not answer, and of which an administrator has confirmed that nothing in them can write any more
-- (docs/adr/0044-a-lost-cluster-is-fenced-by-a-person.md).
create table fence (
  cluster text collate "C" primary key,
  fenced_at timestamptz(3) not null default now(),
  fenced_by text not null,
  reason text not null
);

-- The attempt was given up in a cluster that was fenced: what it left there has not been seen to be gone.
alter table job_attempt add column left_behind boolean not null default false;
create index job_attempt_left_behind on job_attempt (job_id) where left_behind;

create index job_unreachable on job (id) where finished_at is null and unreachable_since <> '{}';

-- As before, but for an attempt that was lost: it ran until its end was told of, or until its cluster was last heard.
create or replace function job_run_time() returns trigger language plpgsql as $$
declare
  began timestamptz;
begin
  if new.status = 'Running' then
    new.running_since := now();
  elsif old.status = 'Running' or new.finished_at is not null then
    began := case when old.status = 'Running' then coalesce(old.running_since, old.started_at) else start_of_run(new) end;
    new.ran_ms := coalesce(old.ran_ms, 0)
      + greatest(0, coalesce(1000 * extract(epoch from
          coalesce(new.finished_at, (new.recovery->'lost'->>'endedAt')::timestamptz, now()) - began), 0))::bigint;
    new.running_since := null;
  end if;
  return new;
end $$;
