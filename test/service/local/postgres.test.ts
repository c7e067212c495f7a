import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { requireWritable } from '../../../service/local/backing.ts';
import { makeUsable } from '../../../service/local/postgres/binaries.ts';
import { startTimeOf } from '../../../service/local/postgres/processes.ts';
import { type Postgres, startPostgres } from '../../../service/local/postgres/start-postgres.ts';
import { StartError } from '../../../service/start-error.ts';
import { program } from '../../program.ts';
import { folderForDatabases } from '../../scratch.ts';

const isRoot = process.getuid?.() === 0;
/** What a first start leaves behind; for the tests that are not about a first start, which takes most of its time for initdb. */
let initialised: string;
let folder: string;
let directory: string;
const lines: string[] = [];

beforeAll(async () => {
  initialised = await mkdtemp(join(await folderForDatabases(), 'mlplatform-local-postgres-'));
  await chmod(initialised, 0o711);
  await (await startPostgres({ directory: join(initialised, 'postgres'), log: () => undefined })).stop();
});
afterAll(() => rm(initialised, { recursive: true, force: true }));

beforeEach(async () => {
  const made = await mkdtemp(join(await folderForDatabases(), 'mlplatform-local-postgres-'));
  // Not in afterEach, which comes before a server's own end.
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  folder = made;
  await chmod(folder, 0o711);
  directory = join(folder, 'postgres');
  lines.length = 0;
});

/** Not the first start: with owners and modes, as the first one left it. */
const startedBefore = (): unknown => execFileSync('cp', ['-a', join(initialised, 'postgres'), directory]);

async function start(): Promise<Postgres> {
  const server = await startPostgres({ directory, log: (line) => lines.push(line) });
  onTestFinished(() => server.stop());
  return server;
}

/** In a process of its own, so that it can be killed. */
async function startElsewhere(
  account: { uid?: number; gid?: number } = {},
): Promise<{ child: ChildProcess; told: Postgres & { lines: string[] } }> {
  const script = await program('test/service/local/postgres-process.ts');
  const child = spawn(process.execPath, [script, directory], {
    ...account,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGTERM'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, told: JSON.parse(line) };
}

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
const remember = (url: string) => query(url, 'create table remembered as select 42 as answer');
const remembered = async (url: string) =>
  (await query<{ answer: number }>(url, 'select answer from remembered'))[0]?.answer;

/** Not a zombie either, which an orphan becomes where nobody reaps (a container's first process). */
const isAlive = async (pid: number): Promise<boolean> => (await startTimeOf(pid)) !== undefined;

test('keeps its data, address and password over a stop and a start; ends with stop, which may be called twice', async () => {
  const first = await start();
  await remember(first.url);
  await Promise.all([first.stop(), first.stop()]);
  expect(await isAlive(first.pid)).toBe(false);

  const second = await start();

  expect(second.url).toBe(first.url);
  expect(second.adopted).toBe(false);
  expect(await remembered(second.url)).toBe(42);
  expect(lines).toEqual([]);
});

test('is for its owner alone: loopback, a random password that no other may read and no process list shows', async () => {
  const server = await start();
  const { password } = new URL(server.url);

  expect(password.length).toBeGreaterThanOrEqual(32);
  expect(await query(server.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  expect(await query(server.url, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
  expect(await query(server.url, "select rolpassword like 'SCRAM%' as scram from pg_authid where rolcanlogin")).toEqual(
    [{ scram: true }],
  );
  const wrong = new URL(server.url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(directory, 'data'))).mode & 0o777).toBe(0o700);
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(password);
});

describe('after kill -9', () => {
  test('of us: the server that was left running is taken over, and ends with us', async () => {
    startedBefore();
    const { child, told } = await startElsewhere();
    await remember(told.url);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isAlive(told.pid)).toBe(true);

    const server = await start();

    expect(server).toMatchObject({ adopted: true, pid: told.pid, url: told.url });
    expect(lines.join()).toMatch(/taken over/);
    expect(await remembered(server.url)).toBe(42);
    await server.stop();
    expect(await isAlive(told.pid)).toBe(false);
  });

  test('of us, the server hanging: it is ended, and another started on the data', async () => {
    startedBefore();
    const { child, told } = await startElsewhere();
    await remember(told.url);
    child.kill('SIGKILL');
    await once(child, 'exit');
    process.kill(told.pid, 'SIGSTOP');

    const server = await start();

    expect(server.adopted).toBe(false);
    expect(await isAlive(told.pid)).toBe(false);
    expect(await remembered(server.url)).toBe(42);
  });

  test('of the server: it recovers with the next start, and we are told', async () => {
    startedBefore();
    const first = await start();
    await remember(first.url);
    process.kill(first.pid, 'SIGKILL');
    await expect.poll(() => lines.join()).toMatch(/PostgreSQL has ended \(SIGKILL\)/);
    await first.stop();

    const second = await start();

    expect(await remembered(second.url)).toBe(42);
  });

  test('in the first start: what initdb left half made is made anew', async () => {
    await mkdir(join(directory, 'data.unfinished'), { recursive: true });
    await writeFile(join(directory, 'data.unfinished', 'PG_VERSION'), '18');

    await remember((await start()).url);
  });
});

test('a pid file whose number has been given to another program is no server, and that program is left alone', async () => {
  startedBefore();
  const first = await start();
  await remember(first.url);
  await first.stop();
  const bystander = spawn('sleep', ['60']);
  onTestFinished(() => void bystander.kill());
  const data = join(directory, 'data');
  await writeFile(
    join(data, 'postmaster.pid'),
    `${bystander.pid}\n${data}\n1\n${first.port}\n\n127.0.0.1\n\nready   \n`,
  );

  const second = await start();

  expect(second.adopted).toBe(false);
  expect(await remembered(second.url)).toBe(42);
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
});

test('a directory in use is refused, by name of the process', async () => {
  startedBefore();
  const server = await start();

  await expect(startPostgres({ directory, log: () => undefined })).rejects.toThrow(`in use by process ${process.pid}`);
  await remember(server.url);
});

test('an owner that has ended and was not waited for (a zombie) holds nothing', async () => {
  startedBefore();
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  const zombie = Number(line);
  await writeFile(join(directory, 'owner'), `${zombie} ${await startTimeOf(zombie)}`);
  await expect(start()).rejects.toThrow(`in use by process ${zombie}`);
  process.kill(zombie, 'SIGKILL');
  await expect.poll(() => isAlive(zombie)).toBe(false);

  await remember((await start()).url);
});

test('a folder that cannot be made or written is told with what to do', async () => {
  await writeFile(directory, 'a file, where a folder is wanted');
  for (const wanted of [directory, join(directory, '.data')]) {
    await expect(requireWritable(wanted)).rejects.toThrow(StartError);
    await expect(requireWritable(wanted)).rejects.toThrow(/cannot be made or written \(E\w+\)\. Start from a folder/);
  }
});

test('a port that was taken meanwhile is left to its owner', async () => {
  startedBefore();
  const first = await start();
  await first.stop();
  const other = createServer().listen(first.port, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());

  const second = await start();

  expect(second.port).not.toBe(first.port);
  await remember(second.url);
});

test('a lost password is explained', async () => {
  startedBefore();
  await unlink(join(directory, 'password'));

  await expect(start()).rejects.toThrow(/password is missing.*remove the folder to begin anew/);
});

test('a server that cannot start is explained in its own words, and the directory is free again', async () => {
  startedBefore();
  const settings = { shared_buffers: 'nonsense' };
  await expect(startPostgres({ directory, log: () => undefined, settings })).rejects.toThrow(
    /did not start.*shared_buffers/s,
  );

  await remember((await start()).url);
});

test('links and executable bits that an installation without scripts lacks are put back', async () => {
  const native = join(folder, 'native');
  await mkdir(join(native, 'lib'), { recursive: true });
  await mkdir(join(native, 'bin'));
  await writeFile(join(native, 'lib', 'libpq.so.5.18'), '');
  await symlink('libpq.so.5.18', join(native, 'lib', 'libpq.so'));
  for (const name of ['postgres', 'initdb']) await writeFile(join(native, 'bin', name), '', { mode: 0o644 });
  const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
    source: 'native/lib/libpq.so.5.18',
    target: `native/lib/${name}`,
  }));
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));

  await makeUsable(native);
  await makeUsable(native);

  expect(await readlink(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  expect((await stat(join(native, 'bin', 'initdb'))).mode & 0o111).toBe(0o111);
});

describe.skipIf(!isRoot)('as root', () => {
  test('runs as an ordinary user, who owns the data and can read nothing else', async () => {
    const server = await start();

    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\s+65534\s+65534\s+65534/m);
    expect(status).toMatch(/^Groups:\s*65534?\s*$|^Groups:\s*$/m);
    expect((await stat(join(directory, 'data'))).uid).toBe(65534);
    expect((await stat(join(directory, 'password'))).uid).toBe(0);
  });

  test('below a private folder: the data goes where its user can reach it, which is said and kept', async () => {
    await chmod(folder, 0o700);

    const first = await start();
    onTestFinished(() => rm(first.home, { recursive: true, force: true }));
    await remember(first.url);
    await first.stop();

    expect(first.home).not.toContain(folder);
    expect(lines.join()).toContain(`The data is kept in ${first.home}`);
    expect(await readlink(join(directory, 'is-kept-in'))).toBe(first.home);
    expect((await lstat(first.home)).mode & 0o777).toBe(0o711);
    const second = await start();
    expect(await remembered(second.url)).toBe(42);
  });

  test('the same code runs for an ordinary user, whose data root takes up later', async () => {
    await mkdir(directory);
    await chown(directory, 65534, 65534);
    const { child, told } = await startElsewhere({ uid: 65534, gid: 65534 });
    await remember(told.url);
    child.kill('SIGTERM');
    await once(child, 'exit');

    const server = await start();

    expect(await remembered(server.url)).toBe(42);
  });
});
