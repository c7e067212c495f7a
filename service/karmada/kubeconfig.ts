import { readKubeconfig, stampOf } from './kubeconfig-file.ts';
import { type ConnectionSettings, settingsOf, withoutUser } from './settings.ts';

export { KubeconfigError } from './kubeconfig-file.ts';

export interface Kubeconfig {
  readonly path: string;
  /** Without user information: fit for messages. */
  readonly server: string;
  settings(): Promise<ConnectionSettings>;
  /** The server did not accept the credentials: read everything anew before the next request. */
  distrust(): void;
}

export interface KubeconfigOptions {
  /** Instead of the file's current-context. */
  readonly context?: string;
  /** How old the settings may grow before the files are looked at again. */
  readonly checkEveryMs?: number;
  /** A changed file that cannot be used: the last good settings stay in force. */
  readonly onWarning?: (message: string) => void;
}

/** Mounted Secrets are swapped without notice; client-go too looks at token files anew every so often. */
const CHECK_EVERY_MS = 5_000;
/** An exec plugin is run again for a refused token, but not for each of a hundred requests refused at once. */
const DISTRUST_EVERY_MS = 1_000;

/** Reads and checks a kubeconfig; every later request takes its settings from here. */
export async function loadKubeconfig(path: string, options: KubeconfigOptions = {}): Promise<Kubeconfig> {
  const checkEveryMs = options.checkEveryMs ?? CHECK_EVERY_MS;
  let loaded = await readKubeconfig(path, options.context);
  let settings: Promise<ConnectionSettings> | undefined;
  let checkedAt = 0;
  let distrusted = false;
  let distrustedAt = Number.NEGATIVE_INFINITY;

  async function reloadIfChanged(): Promise<void> {
    const stamp = await stampOf(loaded.files);
    if (stamp === loaded.stamp && !distrusted) return;
    distrusted = false;
    try {
      loaded = await readKubeconfig(path, options.context);
    } catch (error) {
      // Said once, not at every look until the file changes again.
      loaded = { ...loaded, stamp };
      options.onWarning?.(`${(error as Error).message} Going on with what was read before.`);
    }
  }

  async function refresh(): Promise<ConnectionSettings> {
    await reloadIfChanged();
    return settingsOf(loaded.config);
  }

  return {
    path,
    server: withoutUser(new URL(loaded.config.getCurrentCluster()?.server ?? '')).href.replace(/\/$/, ''),
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
