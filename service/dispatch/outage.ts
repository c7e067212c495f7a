import { KarmadaError } from '../karmada/errors.ts';
import type { Karmada } from '../karmada/karmada.ts';
import { retryDelay } from './pacing.ts';

/** The control plane is asked by one job only while it is down, so this is short: everybody waits for that answer. */
const MAX_PAUSE_SECONDS = 15;
/** A probe that is given up (the service stops) must not block the others for ever. */
const PROBE_SECONDS = 10;
const LOOK_AT_PROBE_SECONDS = 0.5;

/** So long nobody is asked, because of that. */
export interface Pause {
  readonly seconds: number;
  readonly cause: KarmadaError;
}

/** Thrown instead of asking: somebody else is asking already. */
export class Paused extends Error {
  override readonly name = 'Paused';
  readonly seconds: number;

  constructor({ cause, seconds }: Pause) {
    super(cause.message, { cause });
    this.seconds = seconds;
  }
}

/**
 * What all jobs know together about a control plane that does not answer: one of them tries, with growing pauses, and the
 * others wait for it instead of hanging on their own time-outs. They are due when it tries, so its success is theirs.
 */
export function createOutage({ isOutage = ofControlPlane, now = Date.now, random = Math.random } = {}) {
  let failures = 0;
  let error: KarmadaError | undefined;
  let retryAt = 0;
  let probing = false;
  /** Goes up with every verdict: what a request says that was sent before the last one no longer counts. */
  let era = 0;

  /** Undefined when a request would be sent now. */
  function pause(): Pause | undefined {
    const seconds = (retryAt - now()) / 1000;
    if (!error || seconds <= 0) return undefined;
    return { seconds: probing ? Math.min(seconds, LOOK_AT_PROBE_SECONDS) : seconds, cause: error };
  }

  /** Lets one request through when it is time to try. */
  function enter(): number {
    const paused = pause();
    if (paused) throw new Paused(paused);
    if (!error) return era;
    probing = true;
    retryAt = now() + PROBE_SECONDS * 1000;
    return era;
  }

  function answered(): void {
    if (error) era += 1;
    error = undefined;
    failures = 0;
    probing = false;
  }

  function failed(asked: number, failure: KarmadaError): void {
    if (asked !== era) return;
    era += 1;
    error = failure;
    probing = false;
    const seconds = Math.max(retryDelay(failures, MAX_PAUSE_SECONDS, random), failure.retryAfterSeconds ?? 0);
    retryAt = now() + seconds * 1000;
    failures += 1;
  }

  /** Runs a request, or throws Paused. */
  async function through<Result>(request: () => Promise<Result>): Promise<Result> {
    const asked = enter();
    try {
      const result = await request();
      answered();
      return result;
    } catch (failure) {
      if (failure instanceof KarmadaError) isOutage(failure) ? failed(asked, failure) : answered();
      throw failure;
    }
  }

  return { through, pause };
}

type Outage = ReturnType<typeof createOutage>;

/** The same Karmada, asked only when it, and the member, can be hoped to answer. */
export function guarded(karmada: Karmada, timeoutMs: number) {
  const { pause, through } = createOutage();
  const members = new Map<string, Outage>();

  function throughMember(cluster: string): Outage['through'] {
    const known = members.get(cluster) ?? createOutage({ isOutage: (error) => ofMember(error, cluster) });
    members.set(cluster, known);
    return known.through;
  }

  const guardedKarmada: Karmada = {
    ...karmada,
    clusters: (options) => through(() => karmada.clusters({ timeoutMs, ...options })),
    apply: (object, options) => through(() => karmada.apply(object, { timeoutMs, ...options })),
    create: (object, options) => through(() => karmada.create(object, { timeoutMs, ...options })),
    patch: (reference, change, options) => through(() => karmada.patch(reference, change, { timeoutMs, ...options })),
    get: (reference, options) => through(() => karmada.get(reference, { timeoutMs, ...options })),
    delete: (reference, options) => through(() => karmada.delete(reference, { timeoutMs, ...options })),
    placement: (reference, options) => through(() => karmada.placement(reference, { timeoutMs, ...options })),
    ownNamespaces: (options) => through(() => karmada.ownNamespaces({ timeoutMs, ...options })),
    hasBindings: (namespace, options) => through(() => karmada.hasBindings(namespace, { timeoutMs, ...options })),
    member(cluster) {
      const member = karmada.member(cluster);
      const ask = throughMember(cluster);
      return {
        ...member,
        get: (reference, options) => ask(() => member.get(reference, { timeoutMs, ...options })),
        list: (resource, query, options) => ask(() => member.list(resource, query, { timeoutMs, ...options })),
      };
    },
  };
  return {
    karmada: guardedKarmada,
    /** While the control plane is known not to answer. */
    pause,
    /** For work that asks these members in its own way. */
    throughMembers: (clusters: readonly string[], work: () => Promise<void>): Promise<void> =>
      clusters.reduce((inner, cluster) => () => throughMember(cluster)(inner), work)(),
  };
}

/** No answer at all, or a server (or what stands before it) that says it is busy or starting: it concerns every job. */
function ofControlPlane({ failure, status }: KarmadaError): boolean {
  if (failure === 'unauthenticated') return true;
  return failure === 'unavailable' && (status === null || [429, 502, 503, 504].includes(status));
}

/** Concerns every job in that cluster. Without this, the jobs of one cluster that hangs would take all the dispatcher's time. */
function ofMember({ failure, cluster }: KarmadaError, asked: string): boolean {
  return cluster === asked && (failure === 'memberUnavailable' || failure === 'unavailable');
}
