-- $1 cluster, $2 by whom, $3 why. What was said first stays.
insert into fence (cluster, fenced_by, reason) values ($1, $2, $3) on conflict (cluster) do nothing
