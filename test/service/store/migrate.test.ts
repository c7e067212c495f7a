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
  const migrated = results.flatMap(({ said }) => JSON.parse(said) as { migration: string }[]);
  expect(migrated.map(({ migration }) => migration)).toEqual(readMigrations().map(({ name }) => name));
});

test('the store is not ready before, and is after; doing it again changes nothing', async () => {
  const database = await freshDatabase({ migrated: false });
  const store = database.store();
  await expect(store.check()).rejects.toThrow(/lacks 2 of this program's migrations/);

  await store.migrate();
  await store.check();
  const id = await inserted(store);
  await store.migrate();

  expect((await store.jobs.get(id))?.id).toBe(id);
});

test('one that fails leaves nothing of itself or of the ones before it', async () => {
  const database = await freshDatabase({ migrated: false });
  const broken = { number: 3, name: '0003_broken', sql: 'create table half (); select 1 / 0', checksum: 'x' };

  await expect(migrating(database, [...readMigrations(), broken])).rejects.toThrow(/division by zero/);

  const tables = await database.query("select from pg_tables where schemaname = 'public'");
  expect(tables).toEqual([]);
});

test('one that is killed in the middle leaves nothing, and the next one does it', async () => {
  const database = await freshDatabase({ migrated: false });
  const slow = { number: 3, name: '0003_slow', sql: 'select pg_sleep(60)', checksum: 'x' };
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
  await database.query("insert into schema_migration values (3, '0003_of_tomorrow', 'x')");

  await expect(store.migrate()).rejects.toThrow(/0003_of_tomorrow, which this program does not know.*newer version/);
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
    const found = await store.jobs.list({ sort: 'createdAt', descending: true, limit: 5, text: id.slice(2) });

    expect(found.jobs.map((job) => job.id)).toEqual([id]);
    expect(await database.query("select from pg_extension where extname = 'pg_trgm'")).toEqual([]);
    await store.close();
  } finally {
    await database.query(`drop owned by ${role}`);
    await database.query(`drop role ${role}`);
  }
});
