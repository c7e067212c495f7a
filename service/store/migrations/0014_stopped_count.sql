-- Jobs that a person stopped are counted by a ledger of their own, beside job_count: the state that people see in them is told by
-- their reason. Those in no such state, nearly all, add nothing to it.
lock table job in share row exclusive mode;

-- As service/contract/states.ts says.
create function stopped_state(reason text) returns text language sql immutable as $$
  select case when reason in ('Suspending', 'Suspended') then 'Suspended' when reason = 'Cancelled' then 'Cancelled' end
$$;

create table stopped_count (
  namespace text collate "C" not null,
  algorithm text collate "C" not null,
  status text collate "C" not null,
  clusters text[] not null,
  state text not null,
  jobs bigint not null
);
insert into stopped_count
select namespace, algorithm, status, clusters, stopped_state(reason), count(*)
  from job where reason in ('Suspending', 'Suspended', 'Cancelled') group by 1, 2, 3, 4, 5;

create function count_added_stopped() returns trigger language plpgsql as $$
begin
  insert into stopped_count
  select namespace, algorithm, status, clusters, stopped_state(reason), count(*)
    from added where stopped_state(reason) is not null group by 1, 2, 3, 4, 5;
  return null;
end $$;
create function count_changed_stopped() returns trigger language plpgsql as $$
begin
  insert into stopped_count
  select namespace, algorithm, status, clusters, state, sum(jobs)
    from (
      select namespace, algorithm, status, clusters, stopped_state(reason) as state, 1 as jobs from added
      union all
      select namespace, algorithm, status, clusters, stopped_state(reason), -1 from removed
    ) difference
   where state is not null
   group by 1, 2, 3, 4, 5
  having sum(jobs) <> 0;
  return null;
end $$;
create function count_removed_stopped() returns trigger language plpgsql as $$
begin
  insert into stopped_count
  select namespace, algorithm, status, clusters, stopped_state(reason), -count(*)
    from removed where stopped_state(reason) is not null group by 1, 2, 3, 4, 5;
  return null;
end $$;
create trigger count_added_stopped after insert on job referencing new table as added
  for each statement execute function count_added_stopped();
create trigger count_changed_stopped after update on job referencing new table as added old table as removed
  for each statement execute function count_changed_stopped();
create trigger count_removed_stopped after delete on job referencing old table as removed
  for each statement execute function count_removed_stopped();
