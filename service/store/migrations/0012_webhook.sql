-- What a webhook is still to be told. The events are the outbox: whoever moves the mark past some of them adds, in the same
-- transaction, the messages that follow from them; so none is lost, and of two replicas one adds them.
create table webhook_mark (
  one_row boolean primary key default true check (one_row),
  event_id text not null
);
create table webhook_message (
  event_id text primary key,
  job_id text collate "C" not null,
  body json not null,
  created_at timestamptz(3) not null default now(),
  -- While claimed: when the claim lapses.
  due_at timestamptz not null default now(),
  token uuid,
  attempts integer not null default 0
);
create index webhook_message_due on webhook_message (due_at);
