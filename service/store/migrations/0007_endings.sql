-- Jobs that end: their logs are read from the clusters first, which may take long, so the dispatcher takes them apart from the others.
alter table dispatch add column ending boolean not null default false;
update dispatch set ending = true from job where job.id = job_id and (job.finished_at is not null or job.wanted = 'cancel');
drop index dispatch_due;
create index dispatch_due on dispatch (ending, due_at);
