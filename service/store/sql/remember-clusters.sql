-- $1 clusters as JSON.
insert into clusters_told (clusters) values ($1::jsonb)
on conflict (one_row) do update set clusters = excluded.clusters, heard_at = now()
