with mine as (
  insert into replica (holder, expires_at) values ($1, clock_timestamp() + make_interval(secs => $2))
  on conflict (holder) do update set expires_at = excluded.expires_at
), gone as (
  delete from replica where holder <> $1 and expires_at <= clock_timestamp()
)
select clock_timestamp() as now,
       array(select holder from replica where expires_at > clock_timestamp() or holder = $1 union select $1 order by 1) as holders
