select greatest(0, seconds) as seconds
  from (select extract(epoch from min(due_at) - now())::float8 as seconds from dispatch) next
 where seconds is not null
