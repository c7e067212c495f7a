// How far an installation is, from what uv or pip print where there is no terminal.

export interface InstallProgress {
  /** A line of theirs. */
  take(line: string): void;
  /** 0 to 1, of downloading. */
  readonly share: number;
  readonly words: string;
}

const UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };
/** Of those that are on the way, the largest. */
const NAMED = 3;

/**
 * uv begins all that are large at once, tells their sizes, and then each that is there; pip asks for each (Collecting), and
 * fetches one after the other, at once or when it has asked for all, and newer ones tell how much of a file is there.
 * `packages` are those of the lock: pip says which of them are for other machines.
 */
export function createInstallProgress(packages: number): InstallProgress {
  const sizes = new Map<string, number>();
  const there = new Set<string>();
  let byPip = false;
  let ofOthers = 0;
  /** pip's, the one that it is at included. */
  let fetched = 0;
  let current = '';
  /** Of that one, 0 to 1. */
  let part = 0;
  let installing = false;

  const megabytes = (names: Iterable<string>): number =>
    Math.round([...names].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0) / 1e6);

  function takeFile(file: string, size: string): void {
    // What is asked beforehand is no package yet.
    if (file.endsWith('.metadata')) return;
    fetched++;
    current = `${file.slice(file.lastIndexOf('/') + 1).split('-', 1)[0]} (${size})`;
    part = 0;
  }

  return {
    take(line) {
      const [, word = '', name = '', size = ''] =
        /^\s*(Downloading|Using cached|Downloaded|Collecting|Ignoring|Prepared|Installing) (\S+)(?: \((.+)\))?/.exec(
          line,
        ) ?? [];
      const [, done, total] = /^Progress (\d+) of (\d+)$/.exec(line) ?? [];
      if (word === 'Prepared' || word === 'Installing') installing = true;
      else if (word === 'Ignoring') ofOthers++;
      else if (word === 'Collecting') byPip = true;
      else if (word === 'Downloaded') there.add(name);
      else if (word !== '' && byPip) takeFile(name, size);
      else if (word === 'Downloading') sizes.set(name, bytesOf(size));
      else if (Number(total) > 0) part = Number(done) / Number(total);
    },
    get share() {
      if (installing) return 1;
      if (byPip) return Math.min(1, Math.max(0, fetched - 1 + part) / (packages - ofOthers));
      return sizes.size > 0 ? megabytes(there) / Math.max(1, megabytes(sizes.keys())) : 0;
    },
    get words() {
      if (installing) return 'all is here, and is put in its place';
      if (fetched > 0) {
        return `package ${fetched} of ${packages - ofOthers}: ${current}${part > 0 ? `, ${Math.floor(part * 100)} %` : ''}`;
      }
      if (sizes.size === 0) return 'asking for the packages';
      const awaited = [...sizes.keys()].filter((name) => !there.has(name));
      const largest = awaited.sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0)).slice(0, NAMED);
      const named = largest.map((name) => `${name} (${megabytes([name])} MB)`).join(', ');
      return `${megabytes(there)} of ${megabytes(sizes.keys())} MB${named && `, on the way: ${named}`}`;
    },
  };
}

/** As uv writes it: 82.8MiB. */
function bytesOf(size: string): number {
  const [, amount = '', unit = ''] = /^([\d.]+)([KMG]i)B$/.exec(size) ?? [];
  return Number(amount) * (UNITS[unit] ?? 0);
}
