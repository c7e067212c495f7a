import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { parseConnection } from '../../../service/store/connection.ts';
import { Database } from '../../../service/store/database.ts';
import { StoreUnavailable } from '../../../service/store/errors.ts';
import { migrate, readMigrations } from '../../../service/store/migrate.ts';
import { program } from '../../program.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { inserted } from '../some-jobs.ts';

const log = { info: () => undefined, warn: () => undefined };

async function migrating(database: TestDatabase, migrations = readMigrations()): Promise<void> {
  const sessions = new Database(parseConnection(database.url), 1, log);
  try {
    await migrate(sessions, log, migrations);
  } finally {
    await sessions.close();
  }
}

const LAST = readMigrations().length;
const next = (name: string) => ({ number: LAST + 1, name: `${String(LAST + 1).padStart(4, '0')}_${name}` });

test('replicas that start together migrate once', async () => {
  const database = await freshDatabase({ migrated: false });
  const script = await program('test/service/store/migrate-process.ts');
  const replicas = Array.from({ length: 3 }, () =>
    spawn(process.execPath, [script], { env: { ...process.env, DATABASE_URL: database.url } }),
  );
  const outputs = replicas.map(async (replica) => {
    const [said, complained] = await Promise.all([text(replica.stdout), text(replica.stderr)]);
    return { said, complained };
  });
  for (const replica of replicas) replica.stdin.write('go\n');

  const results = await Promise.all(outputs);

  expect(results.map(({ complained }) => complained)).toEqual(['', '', '']);
  const migrated = results.flatMap(({ said }) => JSON.parse(said) as object[]);
  expect(migrated).toEqual([{ from: 'empty', to: readMigrations().at(-1)?.name }]);
});

test('the store is not ready before, and is after; doing it again changes nothing', async () => {
  const database = await freshDatabase({ migrated: false });
  const store = database.store();
  await expect(store.check()).rejects.toThrow(new RegExp(`lacks ${LAST} of this program's migrations`));

  await store.migrate();
  await store.check();
  const id = await inserted(store);
  await store.migrate();

  expect((await store.jobs.get(id))?.id).toBe(id);
});

test('one that fails leaves nothing of itself or of the ones before it', async () => {
  const database = await freshDatabase({ migrated: false });
  const broken = { ...next('broken'), sql: 'create table half (); select 1 / 0', checksum: 'x' };

  await expect(migrating(database, [...readMigrations(), broken])).rejects.toThrow(
    /\(00\d\d_broken\): division by zero/,
  );

  const tables = await database.query("select from pg_tables where schemaname = 'public'");
  expect(tables).toEqual([]);
});

test('one that is killed in the middle leaves nothing, and the next one does it', async () => {
  const database = await freshDatabase({ migrated: false });
  const slow = { ...next('slow'), sql: 'select pg_sleep(60)', checksum: 'x' };
  const killed = migrating(database, [...readMigrations(), slow]).then(
    () => 'done',
    (error: unknown) => error,
  );
  const terminate = `
    select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(60)%'
       and pid <> pg_backend_pid()`;
  while ((await database.query(terminate)).length === 0);

  expect(await killed).toBeInstanceOf(StoreUnavailable);
  expect(await database.query("select from pg_tables where schemaname = 'public'")).toEqual([]);
  await migrating(database);
  await database.store().check();
});

test('a schema from a newer version is refused with its name; the older replica that runs stays ready', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const { number, name } = next('of_tomorrow');
  await database.query(`insert into schema_migration values (${number}, '${name}', 'x')`);

  await expect(store.migrate()).rejects.toThrow(/_of_tomorrow, which this program does not know.*newer version/);
  await store.check();
});

test('an applied migration that was changed since is refused', async () => {
  const database = await freshDatabase();
  await database.query("update schema_migration set checksum = 'other' where number = 1");

  await expect(database.store().migrate()).rejects.toThrow(/0001_jobs differs.*must never be changed/);
});

test('a database whose owner may not create extensions gets a schema without the text index', async () => {
  const database = await freshDatabase({ migrated: false });
  const role = `limited_${parseConnection(database.url).database}`;
  await database.query(`create role ${role} login password 'p'`);
  try {
    await database.query(`grant create on schema public to ${role}`);
    const url = new URL(database.url);
    url.username = role;
    url.password = 'p';
    const store = database.store({ url: url.href });
    await store.migrate();
    const id = await inserted(store);
    const found = await store.jobs.list({
      sort: 'createdAt',
      descending: true,
      limit: 5,
      withRequests: true,
      text: id.slice(2),
    });

    expect(found.jobs.map((job) => job.id)).toEqual([id]);
    expect(await database.query("select from pg_extension where extname = 'pg_trgm'")).toEqual([]);
    await store.close();
  } finally {
    await database.query(`drop owned by ${role}`);
    await database.query(`drop role ${role}`);
  }
});

test('a message that told of an unreachable cluster becomes a field, and the message is what the cluster said before', async () => {
  const database = await freshDatabase({ migrated: false });
  await migrating(database, readMigrations().slice(0, 2));
  const told = 'cluster unreachable since 2026-11-20T10:00:00.000Z (member1: connect ECONNREFUSED 10.0.0.1:443)';
  const state = { status: 'Running', reason: 'Running', message: 'epoch 3', columns: 'RUNNING|Running|||' };
  const old = (id: string, status: string, message: string, states: object, clusters = ['member1']) =>
    database.query(`
      insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name,
                       clusters, cluster_states, dispatched_at, finished_at)
      values ('${id}', 'old', 'default', 'xgboost', 500, 'RayJob', '{"jobName":"old"}', '${status}', '${status}', '${message}', '${id}',
              array['${clusters.join("','")}'], '${JSON.stringify(states)}', now(), ${status === 'Failed' ? 'now()' : 'null'})`);
  await old('one', 'Running', told, { member1: state });
  await old('two', 'Running', told, { member1: state, member2: state }, ['member1', 'member2']);
  await old('unseen', 'Pending', told, {});
  await old('well', 'Running', 'epoch 4', { member1: state });
  await old('ended', 'Failed', told, { member1: state });

  await migrating(database);

  const rows = await database.query('select id, message, unreachable_since from job order by id');
  const since = { member1: '2026-11-20T10:00:00.000Z' };
  expect(rows).toEqual([
    { id: 'ended', message: told, unreachable_since: {} },
    { id: 'one', message: 'epoch 3', unreachable_since: since },
    { id: 'two', message: 'member1: epoch 3', unreachable_since: since },
    { id: 'unseen', message: '', unreachable_since: since },
    { id: 'well', message: 'epoch 4', unreachable_since: {} },
  ]);
});
