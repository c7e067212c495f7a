-- Which form a stored request has: service/jobs/stored-request.ts reads older ones. 0: written before there were versions.
alter table job add column request_version smallint not null default 0;
