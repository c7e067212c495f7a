import { LEASE } from '../kube/kinds.ts';
import type { Kube, KubeObject } from '../kube/kube.ts';
import { type Clock, systemClock } from './clock.ts';

// Who of several replicas acts, agreed by a Lease as client-go does: nobody's wall clock is believed. A Lease is taken over when it
// has not changed for its duration by the clock of who looks at it.

interface Election {
  readonly kube: Kube;
  readonly namespace: string;
  readonly name: string;
  /** Of this replica; no other ever has the same. */
  readonly identity: string;
  readonly clock?: Clock;
  readonly times?: Times;
  readonly onElected: () => void;
  /** Others may act from now on. */
  readonly onLost: (why: string) => void;
  /** The server could not be asked, or said no. */
  readonly onTrouble?: (error: unknown) => void;
}

export interface Times {
  /** How long a Lease counts after its last renewal. */
  readonly leaseMs: number;
  /** A leader that could not renew for so long has stopped: before others may begin. */
  readonly renewMs: number;
  readonly retryMs: number;
}

export const TIMES: Times = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };

/** A Lease that has run out and cannot be had is not asked for without a pause. */
const MIN_WAIT_MS = 100;

export interface Leadership {
  /** Asked before each write: a process that was stopped for a while finds out here, before it does harm. */
  isLeading(): boolean;
  /** Hands the Lease back, so that others need not wait for it to run out. */
  stop(): Promise<void>;
}

interface LeaseSpec {
  readonly holderIdentity?: string | undefined;
  readonly leaseDurationSeconds?: number | undefined;
  readonly acquireTime?: string | undefined;
  readonly renewTime?: string | undefined;
  readonly leaseTransitions?: number | undefined;
}

export function runForLeader(election: Election): Leadership {
  const { kube, namespace, name, identity, clock = systemClock, times = TIMES, onTrouble } = election;
  let known: { lease: KubeObject; since: number } | undefined;
  let renewedAt: number | undefined;
  let stopped = false;
  let cancel = (): void => {};
  let asking: Promise<void> = Promise.resolve();

  const isLeading = (): boolean => renewedAt !== undefined && clock.now() - renewedAt < times.renewMs;

  function round(): void {
    asking = tryOnce().then(next, (error) => {
      onTrouble?.(error);
      next();
    });
  }

  function next(): void {
    if (stopped) return;
    if (renewedAt !== undefined && !isLeading()) {
      renewedAt = undefined;
      election.onLost(`The Lease ${name} could not be renewed for ${times.renewMs / 1000} s`);
    }
    cancel = clock.after(untilNext() * (1 + Math.random() * 0.2), round);
  }

  /**
   * Who waits looks twice as often, and when the Lease runs out: whatever is seen late of the last renewal, and of the end, is
   * added to the time in which nobody acts. A little apart (above), so that replicas do not ask together for ever.
   */
  function untilNext(): number {
    if (renewedAt !== undefined) return times.retryMs;
    const runsOutMs =
      known === undefined ? Number.POSITIVE_INFINITY : known.since + durationOf(known.lease) - clock.now();
    return Math.min(times.retryMs / 2, Math.max(MIN_WAIT_MS, runsOutMs));
  }

  async function tryOnce(): Promise<void> {
    const askedAt = clock.now();
    const lease = await kube.get(LEASE, { namespace, name }, { timeoutMs: times.renewMs / 2 });
    if (!lease) {
      remember(await kube.create(LEASE, leaseOf({ ...held(undefined), leaseTransitions: 0 }), request()), askedAt);
      return won(askedAt);
    }
    if (lease.metadata.resourceVersion !== known?.lease.metadata.resourceVersion) remember(lease, askedAt);
    const spec = (lease.spec ?? {}) as LeaseSpec;
    const isMine = spec.holderIdentity === identity;
    if (!isMine && spec.holderIdentity && !hasRunOut()) return lost(spec.holderIdentity);
    const changed = { ...lease, ...leaseOf({ ...spec, ...held(spec) }, lease.metadata.resourceVersion) };
    // With the version that was read: of two that take a Lease over, the second gets a conflict.
    const written = await kube.replace(LEASE, changed, request());
    if (!written) return;
    remember(written, askedAt);
    won(askedAt);
  }

  const request = () => ({ timeoutMs: times.renewMs / 2 });

  const remember = (lease: KubeObject, since: number): void => {
    known = { lease, since };
  };

  const durationOf = ({ spec }: KubeObject): number =>
    ((spec as LeaseSpec | undefined)?.leaseDurationSeconds ?? times.leaseMs / 1000) * 1000;

  const hasRunOut = (): boolean => known !== undefined && clock.now() - known.since >= durationOf(known.lease);

  /** From when the request was sent: what its answer took is time in which the Lease was already running. */
  function won(askedAt: number): void {
    const isNew = renewedAt === undefined;
    renewedAt = askedAt;
    if (isNew && !stopped) election.onElected();
  }

  function lost(holder: string): void {
    if (renewedAt === undefined) return;
    renewedAt = undefined;
    election.onLost(`${holder} holds the Lease ${name}`);
  }

  function held(before: LeaseSpec | undefined): LeaseSpec {
    const now = microTime();
    const isMine = before?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.round(times.leaseMs / 1000)),
      renewTime: now,
      ...(isMine ? {} : { acquireTime: now, leaseTransitions: (before?.leaseTransitions ?? 0) + 1 }),
    };
  }

  const leaseOf = (spec: LeaseSpec, resourceVersion?: string): KubeObject => ({
    apiVersion: LEASE.apiVersion,
    kind: LEASE.kind,
    metadata: { name, namespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    spec,
  });

  async function release(): Promise<void> {
    if (!isLeading() || !known) return;
    const { spec, metadata } = known.lease;
    const released = { ...(spec as LeaseSpec), holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime() };
    await kube.replace(LEASE, leaseOf(released, metadata.resourceVersion), request());
  }

  round();
  return {
    isLeading,
    async stop() {
      stopped = true;
      cancel();
      await asking;
      // If it fails the Lease runs out by itself.
      await release().catch((error) => onTrouble?.(error));
      renewedAt = undefined;
    },
  };
}

/** Kubernetes' MicroTime. */
const microTime = (): string => new Date().toISOString().replace('Z', '000Z');
