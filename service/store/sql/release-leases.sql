update lease set holder = null, expires_at = '-infinity'
  from jsonb_to_recordset($1::jsonb) as given (name text, holder text, token bigint)
 where lease.name = given.name and lease.holder = given.holder and lease.token = given.token
