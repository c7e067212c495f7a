with gone as (
  delete from replica where holder = $1
)
update lease set holder = null, expires_at = '-infinity' where holder = $1
