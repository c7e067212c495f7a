-- How long the request is as text, so that a page of the list can be bounded without reading requests that do not fit in it.
-- Null of jobs of earlier versions: theirs are measured when they are read.
alter table job add column request_bytes integer;
