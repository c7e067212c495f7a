import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';

export type Log = (line: string) => void;

/** PostgreSQL refuses to run as root; these are the user and group it runs as instead. */
interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Placement {
  /** Where the data and its control files are. */
  readonly home: string;
  readonly binaries: string;
  /** undefined: as whoever we are. */
  readonly account: Account | undefined;
}

const NOBODY: Account = { uid: 65534, gid: 65534 };

/**
 * Where PostgreSQL's files can be. Normally where they were asked for. As root, the unprivileged account must be able to reach both
 * the data and the binaries, which it cannot below /root or another private home: then both go to a folder that it can reach.
 */
export async function place(directory: string, binaries: string, log: Log): Promise<Placement> {
  const wanted = resolve(directory);
  await mkdir(wanted, { recursive: true, mode: 0o755 });
  if (process.getuid?.() !== 0) return { home: wanted, binaries, account: undefined };

  const account = (await ownerOf(join(wanted, 'data'))) ?? NOBODY;
  // To be entered, not listed; the data inside is for the account alone, the rest for root.
  await chmod(wanted, 0o711);
  if ((await canReach(wanted, account)) && (await canReach(join(binaries, 'bin'), account))) {
    return { home: wanted, binaries, account };
  }
  const home = await reachableHome(wanted);
  log(`PostgreSQL does not run as root, and its user cannot reach ${wanted}. The data is kept in ${home}`);
  await symlink(home, join(wanted, 'is-kept-in')).catch(() => undefined);
  return { home, binaries: await copyBinaries(binaries, home), account };
}

/** Data made by an ordinary user stays theirs when root starts it later. */
async function ownerOf(data: string): Promise<Account | undefined> {
  const found = await stat(data).catch(() => undefined);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

async function canReach(path: string, { uid, gid }: Account): Promise<boolean> {
  if (path !== parse(path).root && !(await canReach(dirname(path), { uid, gid }))) return false;
  const { mode, uid: owner, gid: group } = await stat(path);
  return (mode & (owner === uid ? 0o100 : group === gid ? 0o010 : 0o001)) !== 0;
}

async function reachableHome(wanted: string): Promise<string> {
  const name = `ml-platform-postgres-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;
  const tried: string[] = [];
  for (const parent of ['/var/lib', tmpdir()]) {
    const home = join(parent, name);
    try {
      await mkdir(home, { mode: 0o711 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      // In a folder that all may write to, someone else could have made it first.
      const { uid } = await stat(home);
      if (uid === 0 && (await canReach(home, NOBODY))) return home;
      tried.push(`${home} (not ours, or not reachable)`);
    } catch (error) {
      tried.push(`${home} (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  throw new Error(
    `PostgreSQL does not run as root, and its user (${NOBODY.uid}) cannot reach ${wanted}. Tried instead: ${tried.join(', ')}. ` +
      'Start as an ordinary user, or from a folder that all users can enter, or give a PostgreSQL in DATABASE_URL.',
  );
}

async function copyBinaries(binaries: string, home: string): Promise<string> {
  // Named by where they came from, so that a newer installation is copied anew.
  const { mtimeMs } = await stat(join(binaries, 'bin', 'postgres'));
  const version = createHash('sha256').update(`${binaries}:${mtimeMs}`).digest('hex').slice(0, 12);
  const copy = join(home, `binaries-${version}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await cp(binaries, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }));
  return copy;
}
