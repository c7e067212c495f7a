import { randomUUID } from 'node:crypto';
import { setTimeout as rest } from 'node:timers/promises';
import type { Lease, LeaseStore } from './store/store.ts';

/** Longer than a look and the time until the next one, lest two take turns. */
const LEASE_SECONDS = 60;

/** Something that one replica at a time looks at now and then. */
export interface Lookout {
  start(): void;
  stop(): Promise<void>;
}

interface LookoutOptions {
  readonly leases: Pick<LeaseStore, 'hold' | 'release'>;
  /** Who holds it looks. */
  readonly lease: string;
  readonly leaseSeconds?: number;
  readonly everyMs: number;
  /** What is found is written under these leases. */
  look(leases: readonly Lease[], signal: AbortSignal): Promise<void>;
  /** It is tried again the next time. */
  onFailure(error: unknown): void;
}

export function createLookout({
  everyMs,
  lease,
  leaseSeconds = LEASE_SECONDS,
  leases,
  look,
  onFailure,
}: LookoutOptions): Lookout {
  const holder = `${lease} ${randomUUID()}`;
  const stopping = new AbortController();
  const { signal } = stopping;
  let held: readonly Lease[] = [];
  let running: Promise<void> | undefined;

  async function lookIfHeld(): Promise<void> {
    held = await leases.hold(holder, [lease], 1, leaseSeconds);
    if (held.length > 0) await look(held, signal);
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await lookIfHeld().catch((error: unknown) => {
        if (!signal.aborted) onFailure(error);
      });
      await rest(everyMs, undefined, { signal }).catch(() => undefined);
    }
    await leases.release(held).catch(() => undefined);
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
