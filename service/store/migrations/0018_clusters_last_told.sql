-- The member clusters as Karmada told of them last, for a replica that starts while Karmada is away.
create table clusters_told (
  one_row boolean primary key default true check (one_row),
  clusters jsonb not null,
  heard_at timestamptz(3) not null default now()
);
