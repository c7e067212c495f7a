import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Placement } from './placement.ts';

export const USER = 'mlplatform';

/** The paths in a home; all but the data belong to whoever started us. */
export const pathsOf = (home: string) => ({
  data: join(home, 'data'),
  password: join(home, 'password'),
  port: join(home, 'port'),
  owner: join(home, 'owner'),
  log: join(home, 'server.log'),
});

/** Makes the data directory unless it is there, and returns the password of its only user. */
export async function ensureDataDirectory(placement: Placement): Promise<string> {
  const { data, password } = pathsOf(placement.home);
  if (await stat(data).catch(() => undefined)) {
    return await readFile(password, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new Error(
        `The database in ${data} cannot be opened: ${password} is ${error.code === 'EACCES' ? 'not ours to read' : 'missing'}. ` +
          'Start as the user who made it, or remove the folder to begin anew.',
      );
    });
  }
  const secret = randomBytes(24).toString('base64url');
  await writeFile(password, secret, { mode: 0o600 });
  // initdb writes elsewhere first: a kill in the middle must not leave half a database behind.
  const unfinished = join(placement.home, 'data.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (placement.account) await chown(unfinished, placement.account.uid, placement.account.gid);
  await initdb(placement, unfinished, secret);
  await rename(unfinished, data);
  return secret;
}

async function initdb(placement: Placement, data: string, secret: string): Promise<void> {
  // A file of its own, since initdb runs as a user who must not read the one that we keep.
  const passwordFile = join(placement.home, 'password.initdb');
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, secret, { mode: 0o600, flag: 'wx' });
  try {
    if (placement.account) await chown(passwordFile, placement.account.uid, placement.account.gid);
    await finished(join(placement.binaries, 'bin', 'initdb'), placement, [
      `--pgdata=${data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      '--no-sync',
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function finished(command: string, { account, home }: Placement, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...account, cwd: home, env: SERVER_ENV, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`initdb failed (${signal ?? `exit code ${code}`}): ${said.trim()}`));
    });
  });
}

/** Nothing of our own environment: PG* variables of the user would change what the server does. */
export const SERVER_ENV = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };
