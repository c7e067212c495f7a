import type { Logger } from 'pino';
import type { Lease, LeaseStore, MonitorStore } from '../store/store.ts';
import type { Bell } from './bell.ts';
import type { Clock } from './clock.ts';
import type { Health } from './health.ts';

/** A killed replica's clusters are free after this long, and taken at the next renewal: four seconds at the most. */
const LEASE_SECONDS = 3;
const RENEW_EVERY_MS = 1_000;
/** How often all clusters in use are counted; new ones are told as they appear, this finds the ones that are no longer needed. */
const RECOUNT_EVERY_MS = 10_000;
export const LEASE_PREFIX = 'monitor/';

interface OwnershipOptions {
  readonly holder: string;
  readonly store: { readonly leases: LeaseStore; readonly monitor: Pick<MonitorStore, 'clustersInUse'> };
  /** Left beside the lease of an owned cluster. */
  readonly health: Pick<Health, 'note'>;
  /** Rung when clusters have come or gone. */
  readonly bell: Bell;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Which clusters this replica reads. Every other one belongs to another replica, or to nobody for a few seconds. */
export interface Ownership {
  start(): Promise<void>;
  clusters(): string[];
  leases(): Lease[];
  owns(cluster: string): boolean;
  /** Since the last call. One that is ours again after a lapse was lost and gained: whatever was known of it may be out of date. */
  takeChanges(): { lost: string[]; gained: string[] };
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
  const { holder, health, bell, clock, log } = options;
  const { leases, monitor } = options.store;
  let names = new Set<string>();
  let held = new Map<string, Lease>();
  let lost = new Set<string>();
  let gained = new Set<string>();
  let recountAt = 0;
  let running: Promise<void> | undefined;
  const stopping = new AbortController();
  let isStarted = false;

  async function round(): Promise<void> {
    const { holders, now } = await leases.announce(holder, LEASE_SECONDS);
    clock.set(now);
    if (clock.elapsed() >= recountAt) {
      names = new Set((await monitor.clustersInUse()).keys());
      recountAt = clock.elapsed() + RECOUNT_EVERY_MS;
    }
    const notes = Object.fromEntries([...held.keys()].map((cluster) => [leaseName(cluster), health.note(cluster)]));
    const wanted = [...names].sort().map(leaseName);
    const most = fairShare(wanted.length, holders, holder);
    const ours = await leases.hold(holder, wanted, most, LEASE_SECONDS, notes);
    await adopt(new Map(ours.map((lease) => [clusterOf(lease), lease])));
  }

  async function adopt(next: Map<string, Lease>): Promise<void> {
    const before = held;
    held = next;
    const differs = (cluster: string): boolean => before.get(cluster)?.token !== next.get(cluster)?.token;
    for (const cluster of [...before.keys()].filter(differs)) {
      lost.add(cluster);
      gained.delete(cluster);
    }
    for (const cluster of [...next.keys()].filter(differs)) gained.add(cluster);
    if (gained.size > 0) log.debug({ clusters: [...gained] }, 'Monitor took over clusters');
    if (gained.size > 0 || lost.size > 0) bell.ring();
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

  async function keepRenewing(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(RENEW_EVERY_MS, stopping.signal);
      if (!stopping.signal.aborted) await renewAndTell();
    }
  }

  return {
    async start() {
      isStarted = true;
      await renewAndTell();
      void keepRenewing();
    },
    clusters: () => [...held.keys()],
    leases: () => [...held.values()],
    owns: (cluster) => held.has(cluster),
    takeChanges() {
      const changes = { lost: [...lost], gained: [...gained] };
      lost = new Set();
      gained = new Set();
      return changes;
    },
    isInUse: (cluster) => names.has(cluster),
    needed(clusters) {
      const unknown = clusters.filter((cluster) => !names.has(cluster));
      if (unknown.length === 0) return;
      for (const cluster of unknown) names.add(cluster);
      void renewAndTell();
    },
    async stop() {
      stopping.abort();
      await running?.catch(() => {});
      held = new Map();
      // A service whose start failed has nothing to hand over, and asking a database that refused it would only be told again.
      if (!isStarted) return;
      await leases
        .retire(holder)
        .catch((error: unknown) =>
          log.warn({ err: error }, 'Monitor could not hand its clusters over; others take them in seconds'),
        );
    },
  };
}
