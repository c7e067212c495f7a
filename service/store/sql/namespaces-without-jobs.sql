select namespace from unnest($1::text[]) given (namespace)
 where not exists (select from job where job.namespace = given.namespace)
