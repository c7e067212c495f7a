import { stat } from 'node:fs/promises';
import { type ConnectionSettings, withoutUser } from './settings.ts';

/** As whom a server is asked, and how it is reached; what is mounted may change at any time. */
export interface Identity {
  /** In messages: "kubeconfig /etc/kubeconfig/a". */
  readonly source: string;
  /** Without user information: fit for messages. */
  readonly server: string;
  settings(): Promise<ConnectionSettings>;
  /** The server did not accept the credentials: read everything anew before the next request. */
  distrust(): void;
}

export interface IdentityOptions {
  /** How old the settings may grow before the files are looked at again. */
  readonly checkEveryMs?: number;
  /** A changed file that cannot be used: the last good settings stay in force. */
  readonly onWarning?: (message: string) => void;
}

/** Credentials that have been read and found usable. */
export interface LoadedCredentials {
  readonly server: URL;
  /** Those that they came from; a change of one means to read all anew. */
  readonly files: readonly string[];
  /** What the files looked like. */
  readonly stamp: string;
  settings(): Promise<ConnectionSettings>;
}

/** Mounted files are swapped without notice; client-go too looks at token files anew every so often. */
const CHECK_EVERY_MS = 5_000;
/** An exec plugin is run again for a refused token, but not for each of a hundred requests refused at once. */
const DISTRUST_EVERY_MS = 1_000;

/** Reads the credentials once, to tell at once what is wrong with them, and again whenever their files change. */
export async function createIdentity(
  source: string,
  read: () => Promise<LoadedCredentials>,
  { checkEveryMs = CHECK_EVERY_MS, onWarning }: IdentityOptions = {},
): Promise<Identity> {
  let loaded = await read();
  let settings: Promise<ConnectionSettings> | undefined;
  let checkedAt = 0;
  let distrusted = false;
  let distrustedAt = Number.NEGATIVE_INFINITY;

  async function reloadIfChanged(): Promise<void> {
    const stamp = await stampOf(loaded.files);
    if (stamp === loaded.stamp && !distrusted) return;
    distrusted = false;
    try {
      loaded = await read();
    } catch (error) {
      // Said once, not at every look until a file changes again.
      loaded = { ...loaded, stamp };
      onWarning?.(`${(error as Error).message} Going on with what was read before.`);
    }
  }

  async function refresh(): Promise<ConnectionSettings> {
    await reloadIfChanged();
    return loaded.settings();
  }

  return {
    source,
    server: withoutUser(loaded.server).href.replace(/\/$/, ''),
    settings() {
      if (settings === undefined || performance.now() - checkedAt >= checkEveryMs) {
        checkedAt = performance.now();
        const fresh = refresh();
        settings = fresh;
        // A failure (an exec plugin, a certificate just being swapped) must not be remembered until the next check.
        fresh.catch(() => {
          if (settings === fresh) settings = undefined;
        });
      }
      return settings;
    },
    distrust() {
      if (performance.now() - distrustedAt < DISTRUST_EVERY_MS) return;
      distrustedAt = performance.now();
      distrusted = true;
      settings = undefined;
    },
  };
}

/** stat follows the symbolic links by which a mounted volume is swapped, so a new file has a new inode or time. */
export async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = files.map((file) =>
    stat(file).then(
      ({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`,
      (error: NodeJS.ErrnoException) => String(error.code),
    ),
  );
  return (await Promise.all(stamps)).join(' ');
}
