-- Jobs, what must be done about them, their history, and the counters that spare us a look at every job.
-- Names and ids are compared bytewise ("C"), so that a page's cursor means the same in every database's locale.

create table job (
  id text collate "C" primary key,
  job_name text collate "C" not null,
  namespace text collate "C" not null,
  algorithm text collate "C" not null,
  priority integer not null,
  kind text not null check (kind in ('RayJob', 'Job')),
  -- json, not jsonb: given back exactly as accepted, in its order and with its numbers.
  request json not null,
  status text collate "C" not null check (status in ('Pending', 'Running', 'Succeeded', 'Failed')),
  reason text not null,
  message text not null,
  wanted text not null default 'run' check (wanted in ('run', 'suspend', 'cancel', 'delete')),
  object_name text collate "C" not null unique,
  clusters text[] not null default '{}',
  cluster_states jsonb not null default '{}',
  -- The job that this one repeats. No foreign key: the history of attempts outlives a deleted one.
  retry_of text collate "C",
  attempt integer not null default 1,
  created_by text,
  -- Milliseconds, because a cursor carries them through JavaScript.
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  dispatched_at timestamptz(3),
  started_at timestamptz(3),
  finished_at timestamptz(3),
  logs_kept_at timestamptz(3),
  version integer not null default 1,
  -- The transaction of the last change: what a monitor follows. A time could not tell a transaction that commits late.
  changed_in xid8 not null default pg_current_xact_id(),
  constraint finished_has_time check ((status in ('Succeeded', 'Failed')) = (finished_at is not null))
);

-- One index for each order of the list; each also answers the filter on its first column.
create index job_created on job (created_at, id);
create index job_updated on job (updated_at, id);
create index job_named on job (job_name, id);
create index job_priority on job (priority, created_at, id);
create index job_status on job (status, created_at, id);
create index job_namespace on job (namespace, created_at, id);
create index job_algorithm on job (algorithm, created_at, id);
create index job_cluster on job using gin (clusters);
create index job_retry on job (retry_of) where retry_of is not null;

-- The monitor's and the dispatcher's: over unfinished jobs only, so a million finished ones weigh nothing.
create index job_active on job using gin (clusters) with (fastupdate = off)
  where finished_at is null and dispatched_at is not null;
create index job_unplaced on job (dispatched_at)
  where finished_at is null and dispatched_at is not null and clusters = '{}';
create index job_undispatched on job (created_at)
  where finished_at is null and dispatched_at is null;
create index job_without_logs on job (dispatched_at)
  where logs_kept_at is null and dispatched_at is not null and (finished_at is not null or wanted in ('cancel', 'delete'));
create index job_changed on job (changed_in);

-- Whoever writes a job: its version goes up, and a finished job stays what it is.
create function job_before_update() returns trigger language plpgsql as $$
begin
  if old.finished_at is not null and new.status <> old.status then
    raise exception 'job % has finished as %: that is final', old.id, old.status using errcode = 'check_violation';
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  new.changed_in := pg_current_xact_id();
  new.finished_at := case when new.status in ('Succeeded', 'Failed') then coalesce(new.finished_at, now()) end;
  return new;
end $$;
create trigger job_before_update
  before update of status, reason, message, wanted, clusters, cluster_states, dispatched_at, started_at, finished_at on job
  for each row execute function job_before_update();

-- How many jobs there are of each sort, as a ledger: every statement that changes jobs adds its differences as new rows, and
-- housekeeping sums them up. Rows that are updated in place would make all writers of one sort wait for each other's commit.
create table job_count (
  namespace text collate "C" not null,
  algorithm text collate "C" not null,
  status text collate "C" not null,
  clusters text[] not null,
  jobs bigint not null
);
create function count_added_jobs() returns trigger language plpgsql as $$
begin
  insert into job_count
  select namespace, algorithm, status, clusters, count(*) from added group by 1, 2, 3, 4;
  return null;
end $$;
create function count_changed_jobs() returns trigger language plpgsql as $$
begin
  insert into job_count
  select namespace, algorithm, status, clusters, sum(jobs)
    from (
      select namespace, algorithm, status, clusters, 1 as jobs from added
      union all
      select namespace, algorithm, status, clusters, -1 from removed
    ) difference
   group by 1, 2, 3, 4
  having sum(jobs) <> 0;
  return null;
end $$;
create function count_removed_jobs() returns trigger language plpgsql as $$
begin
  insert into job_count
  select namespace, algorithm, status, clusters, -count(*) from removed group by 1, 2, 3, 4;
  return null;
end $$;
create trigger count_added_jobs after insert on job referencing new table as added
  for each statement execute function count_added_jobs();
create trigger count_changed_jobs after update on job referencing new table as added old table as removed
  for each statement execute function count_changed_jobs();
create trigger count_removed_jobs after delete on job referencing old table as removed
  for each statement execute function count_removed_jobs();

-- Jobs about which the dispatcher has something to do, now or later; no row for a job that merely runs. Apart from `job`, because a
-- claim every few seconds would otherwise rewrite the wide row and its entry in every index.
create table dispatch (
  job_id text collate "C" primary key references job on delete cascade,
  priority integer not null,
  created_at timestamptz(3) not null,
  -- While claimed: when the claim lapses.
  due_at timestamptz not null default now(),
  token uuid,
  -- A wish came during the claim: due again as soon as that is settled.
  again boolean not null default false,
  attempts integer not null default 0
);
create index dispatch_due on dispatch (due_at);

-- All transactions below this one have ended, as far as this statement's snapshot can see: whoever reads in the order of transactions
-- and stops here misses nothing that commits later. pg_snapshot_xmin would do, but it also waits for the other databases of the server;
-- a transaction that is known to run in one of them cannot write here. One that has ended meanwhile is not known, and counts.
create function commit_horizon() returns xid8 language sql stable as $$
  select coalesce(min(running), pg_snapshot_xmax(pg_current_snapshot()))
    from pg_snapshot_xip(pg_current_snapshot()) running
   where not exists (
     select from pg_locks held join pg_stat_activity session using (pid)
      where held.locktype = 'transactionid' and held.granted and held.mode = 'ExclusiveLock'
        and held.transactionid = running::xid
        and session.datid <> (select oid from pg_database where datname = current_database())
   )
$$;

-- What happened to each job. Ordered by (transaction, seq), and read only up to the horizon: so the order is that of commits as far as
-- a reader can tell, and nothing appears behind a reader's back.
create table event (
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  job_id text collate "C" not null,
  namespace text collate "C" not null,
  at timestamptz(3) not null default now(),
  status text not null,
  previous text,
  cluster text,
  reason text not null,
  message text not null,
  -- The last event of a job whose row is gone. No foreign key: whoever follows the stream must still see it.
  job_deleted boolean not null default false,
  primary key (xid, seq)
);
create index event_of_job on event (job_id, seq);
create index event_of_deleted_job on event (at) where job_deleted;

create table idempotency_key (
  caller text not null,
  key text not null,
  request_hash text not null,
  job_id text collate "C" not null references job on delete cascade,
  expires_at timestamptz not null,
  primary key (caller, key)
);
create index idempotency_key_job on idempotency_key (job_id);
create index idempotency_key_expiry on idempotency_key (expires_at);

create table job_log (
  job_id text collate "C" not null references job on delete cascade,
  cluster text not null,
  pod text not null,
  container text not null,
  text text not null,
  dropped_bytes bigint not null,
  primary key (job_id, cluster, pod, container)
);

create table replica (
  holder text primary key,
  expires_at timestamptz not null
);
-- Rows stay after their release: a token must never be given out twice.
create table lease (
  name text collate "C" primary key,
  holder text,
  token bigint not null default 0,
  expires_at timestamptz not null default '-infinity',
  note jsonb
);
create index lease_of_holder on lease (holder);

-- Each named cluster's entry replaced; null takes it out.
create function merged_states(states jsonb, changes jsonb) returns jsonb language sql immutable as $$
  select case when changes is null then states else
    (states || changes) - array(select key from jsonb_each(changes) where value = 'null'::jsonb)
  end
$$;
