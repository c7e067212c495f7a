// How far an installation is, from what uv or pip print where there is no terminal.

export interface InstallProgress {
  /** A line of theirs. */
  take(line: string): void;
  /** 0 to 1, of downloading. */
  readonly share: number;
  readonly words: string;
}

const UNITS: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };
/** Of those that are on the way, the largest. */
const NAMED = 3;

/**
 * uv begins all that are large at once, tells their sizes, and then each that is there; pip fetches one after the other,
 * and tells the size of the one that it is at, newer ones how much of it is there. `packages` are those of the lock: pip says which of them are for others.
 */
export function createInstallProgress(packages: number): InstallProgress {
  const sizes = new Map<string, number>();
  const there = new Set<string>();
  let ofOthers = 0;
  let collected = 0;
  let current = '';
  /** Of that one, 0 to 1. */
  let part = 0;
  let installing = false;

  const megabytes = (names: readonly string[]): number =>
    Math.round(names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0) / 1e6);
  const all = () => megabytes([...sizes.keys()]);
  const fetched = () => megabytes([...there]);

  return {
    take(line) {
      const [, word = '', name = '', rest = ''] = /^\s*(\w+) ([^\s=:]+)(.*)$/.exec(line) ?? [];
      const [, amount = '', unit = ''] = /\(([\d.]+) ?([kKMG]i?)B\)/.exec(rest) ?? [];
      if (word === 'Prepared' || word === 'Installing') installing = true;
      else if (word === 'Ignoring') ofOthers++;
      else if (word === 'Collecting') {
        collected++;
        current = name;
        part = 0;
      } else if (word === 'Progress') {
        const [, total = ''] = /^ of (\d+)$/.exec(rest) ?? [];
        part = Number(name) / (Number(total) || Number.POSITIVE_INFINITY);
      } else if (word === 'Downloading' && collected > 0) {
        if (amount !== '') current = `${current.split(' ', 1)[0]} (${amount} ${unit}B)`;
      } else if (word === 'Downloading') sizes.set(name, Number(amount) * (UNITS[unit] ?? 0));
      else if (word === 'Downloaded') there.add(name);
    },
    get share() {
      if (installing) return 1;
      return all() > 0 ? fetched() / all() : Math.min(1, Math.max(0, collected - 1 + part) / (packages - ofOthers));
    },
    get words() {
      if (installing) return 'all is here, and is put in its place';
      if (collected > 0)
        return `package ${collected} of ${packages - ofOthers}: ${current}${part > 0 ? `, ${Math.floor(part * 100)} %` : ''}`;
      if (sizes.size === 0) return 'asking for the packages';
      const awaited = [...sizes.keys()].filter((name) => !there.has(name));
      const largest = awaited.sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0)).slice(0, NAMED);
      const named = largest.map((name) => `${name} (${megabytes([name])} MB)`).join(', ');
      return `${fetched()} of ${all()} MB${named && `, on the way: ${named}`}`;
    },
  };
}
