-- $1 of those that end, of the others, or of both.
select greatest(0, extract(epoch from min(first.due_at) - now())::float8) as seconds
  from unnest($1::boolean[]) lane
  cross join lateral (select due_at from dispatch where ending = lane order by due_at limit 1) first
having min(first.due_at) is not null
