-- Part of a name, id, reason or message is found by trigrams. pg_trgm is a trusted extension of PostgreSQL's contrib: the database's
-- owner may create it. Where it is not installed or not allowed, the list looks through a bounded number of jobs a page instead.
do $$
declare
  home text;
begin
  begin
    create extension if not exists pg_trgm;
  exception when insufficient_privilege or undefined_file or feature_not_supported then
    raise warning 'pg_trgm is not available (%): search by text looks through the jobs page by page', sqlerrm;
  end;
  select nspname into home from pg_extension join pg_namespace n on n.oid = extnamespace where extname = 'pg_trgm';
  if found then
    execute format('create index job_text on job using gin ((id || '' '' || reason || '' '' || message) %I.gin_trgm_ops)', home);
  end if;
end $$;
