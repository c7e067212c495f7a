import type { Logger } from 'pino';
import type { Lease, LeaseNote, LeaseStore } from '../store/store.ts';
import type { Clock } from './clock.ts';

/** A killed replica's clusters are free after this long, and taken at the next renewal: four seconds at the most. */
const LEASE_SECONDS = 3;
const RENEW_EVERY_MS = 1_000;
/** How often all clusters in use are counted; new ones are told as they appear, this finds the ones that are no longer needed. */
const RECOUNT_EVERY_MS = 10_000;
export const LEASE_PREFIX = 'monitor/';

export interface OwnershipOptions {
  readonly holder: string;
  readonly leases: LeaseStore;
  /** All that have active jobs. */
  readonly clusters: () => Promise<Iterable<string>>;
  /** What to leave beside the lease of an owned cluster. */
  readonly note: (cluster: string) => LeaseNote;
  /** These are ours, or ours again after a lapse: whatever was known of them may be out of date. */
  readonly gained: (clusters: string[]) => void;
  readonly lost: (cluster: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Which clusters this replica reads. Every other one belongs to another replica, or to nobody for a few seconds. */
export interface Ownership {
  start(): Promise<void>;
  clusters(): string[];
  leases(): Lease[];
  owns(cluster: string): boolean;
  /** These have active jobs; one not known before is leased at once. */
  needed(clusters: readonly string[]): void;
  /** Whether it has active jobs, whoever owns it. */
  isInUse(cluster: string): boolean;
  /** Hands all over at once. */
  stop(): Promise<void>;
}

export const leaseName = (cluster: string): string => `${LEASE_PREFIX}${cluster}`;
const clusterOf = (lease: Lease): string => lease.name.slice(LEASE_PREFIX.length);

/** Shares differ by one at most and add up to the whole; the sorted names of the replicas decide who has one more. */
export function fairShare(names: number, holders: readonly string[], holder: string): number {
  const sorted = [...new Set([...holders, holder])].sort();
  const extra = sorted.indexOf(holder) < names % sorted.length ? 1 : 0;
  return Math.floor(names / sorted.length) + extra;
}

export function createOwnership(options: OwnershipOptions): Ownership {
  const { holder, leases, clock, log } = options;
  let names = new Set<string>();
  let held = new Map<string, Lease>();
  let recountAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  async function round(): Promise<void> {
    const { holders, now } = await leases.announce(holder, LEASE_SECONDS);
    clock.set(now);
    if (clock.elapsed() >= recountAt) {
      names = new Set(await options.clusters());
      recountAt = clock.elapsed() + RECOUNT_EVERY_MS;
    }
    const notes = Object.fromEntries([...held.keys()].map((cluster) => [leaseName(cluster), options.note(cluster)]));
    const wanted = [...names].sort().map(leaseName);
    const most = fairShare(wanted.length, holders, holder);
    const ours = await leases.hold(holder, wanted, most, LEASE_SECONDS, notes);
    await adopt(new Map(ours.map((lease) => [clusterOf(lease), lease])));
  }

  async function adopt(next: Map<string, Lease>): Promise<void> {
    const before = held;
    held = next;
    for (const [cluster, lease] of before) if (next.get(cluster)?.token !== lease.token) options.lost(cluster);
    const gained = [...next.keys()].filter((cluster) => before.get(cluster)?.token !== next.get(cluster)?.token);
    if (gained.length > 0) {
      log.debug({ clusters: gained }, 'Monitor took over clusters');
      options.gained(gained);
    }
    const unused = [...before.values()].filter((lease) => !names.has(clusterOf(lease)));
    if (unused.length > 0) await leases.release(unused);
  }

  function renew(): Promise<void> {
    running ??= round().finally(() => {
      running = undefined;
    });
    return running;
  }

  const renewAndTell = (): Promise<void> =>
    renew().catch((error: unknown) => log.warn({ err: error }, 'Monitor could not renew its leases; tries again'));

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(async () => {
      await renewAndTell();
      schedule();
    }, RENEW_EVERY_MS);
  }

  return {
    async start() {
      await renewAndTell();
      schedule();
    },
    clusters: () => [...held.keys()],
    leases: () => [...held.values()],
    owns: (cluster) => held.has(cluster),
    isInUse: (cluster) => names.has(cluster),
    needed(clusters) {
      const unknown = clusters.filter((cluster) => !names.has(cluster));
      if (unknown.length === 0) return;
      for (const cluster of unknown) names.add(cluster);
      void renewAndTell();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running?.catch(() => {});
      held = new Map();
      await leases
        .retire(holder)
        .catch((error: unknown) =>
          log.warn({ err: error }, 'Monitor could not hand its clusters over; others take them in seconds'),
        );
    },
  };
}
