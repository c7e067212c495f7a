import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Database, Queries, StoreLog } from './database.ts';
import { StoreUnavailable, translated, WrongSchema } from './errors.ts';
import { statement } from './statement.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** Of the text with Unix line ends, whatever the checkout made of them. */
  readonly checksum: string;
}

const OLDEST_SERVER = 150_000;
/** Any number that nothing else in this database locks. */
const LOCK = 7_261_094_735;
/** Replicas that start together wait for the first one's migration; an index on a large table takes minutes. */
const WAIT_FOR_OTHERS = '10min';

const appliedMigrations = statement('applied-migrations');
const forgetForeignTransactions = statement('forget-foreign-transactions');

/** migrations/0001_name.sql ..., by number without a gap. */
export function readMigrations(directory = new URL('./migrations/', import.meta.url)): Migration[] {
  const files = readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  return files.map((file, index) => {
    const number = Number(/^(\d{4})_\w+\.sql$/.exec(file)?.[1]);
    if (number !== index + 1) throw new Error(`Migration ${file} should be number ${index + 1}, as in 0001_name.sql`);
    const sql = readFileSync(new URL(file, directory), 'utf8').replace(/\r\n/g, '\n');
    return { number, name: file.slice(0, -4), sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

/**
 * Brings the schema up to date in one transaction under a lock: of replicas that start together one migrates and the others find it
 * done; a crash in the middle leaves nothing.
 */
export async function migrate(database: Database, log: StoreLog, migrations = readMigrations()): Promise<void> {
  const session = await database.session('migrations');
  session.on('notice', (notice) => {
    if (notice.severity === 'WARNING') log.warn({ detail: notice.message }, 'The database warns about the migration');
  });
  let underWay: string | undefined;
  try {
    const { rows } = await session.query<{ version: string }>(
      "select current_setting('server_version_num') as version",
    );
    if (Number(rows[0]?.version) < OLDEST_SERVER) {
      throw new WrongSchema(`The database is PostgreSQL ${rows[0]?.version}; 15 (${OLDEST_SERVER}) or newer is needed`);
    }
    await session.query('begin');
    await session.query(`set local lock_timeout = '${WAIT_FOR_OTHERS}'`);
    await session.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await session.query(`create table if not exists schema_migration (
      number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
    const applied = (await session.query<Applied>(appliedMigrations.text)).rows;
    refuseForeignSchema(applied, migrations);
    for (const migration of migrations.slice(applied.length)) {
      underWay = migration.name;
      await session.query(migration.sql);
      await session.query('insert into schema_migration (number, name, checksum) values ($1, $2, $3)', [
        migration.number,
        migration.name,
        migration.checksum,
      ]);
    }
    await session.query(forgetForeignTransactions.text);
    await session.query('commit');
    if (underWay) log.info({ from: applied.at(-1)?.name ?? 'empty', to: underWay }, 'Database migrated');
  } catch (error) {
    throw translated(error, `migrating the database${underWay ? ` (${underWay})` : ''}`);
  } finally {
    await session.end().catch(() => undefined);
  }
}

/** Rejects until the migrations that this program needs are there. Newer ones are fine: a newer replica is being rolled out. */
export async function checkMigrated(
  database: Queries,
  options: { signal?: AbortSignal; timeoutMs: number },
): Promise<void> {
  const applied = await database.query<Applied>(appliedMigrations, [], options).catch((error: { code?: string }) => {
    if (error.code === '42P01') return [];
    throw error;
  });
  const missing = readMigrations().length - applied.length;
  if (missing > 0) throw new StoreUnavailable(`The database still lacks ${missing} of this program's migrations`);
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

function refuseForeignSchema(applied: readonly Applied[], known: readonly Migration[]): void {
  for (const [index, { number, name, checksum }] of applied.entries()) {
    const ours = known[index];
    if (!ours) {
      throw new WrongSchema(
        `The database has migration ${name}, which this program does not know: it was made by a newer version. ` +
          'Start that version (or a newer one); a schema cannot be taken back.',
      );
    }
    if (ours.number !== number || ours.checksum !== checksum) {
      throw new WrongSchema(
        `Migration ${ours.name} differs from ${name} as the database has it. An applied migration must never be changed: ` +
          'put it back, and write a new one.',
      );
    }
  }
}
