select id, namespace from job where id = any ($1::text[])
