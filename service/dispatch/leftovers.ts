import type { Logger } from 'pino';
import { KINDS } from '../contract.ts';
import { KarmadaError } from '../karmada/errors.ts';
import {
  type Karmada,
  MEMBER_RESOURCES,
  type Member,
  type MemberResource,
  type Overview,
  type OwnNamespace,
  type SeenObject,
} from '../karmada/karmada.ts';
import { isNotServed } from '../kube/errors.ts';
import { NAMESPACE } from '../kube/kinds.ts';

// What jobs shared and none uses any more: the policies that sent them to their clusters, and namespaces that were made for them. A
// job that is sent in the very moment of a removal loses by it, and is sent again (unplaced, in placement.ts); so whatever is removed
// has long been of no use.

/** Much longer than a job is between its policy and its workload. */
const UNUSED_MS = 600_000;
/** A namespace in which others work is looked at again after that. */
const IN_USE_MS = 3_600_000;
/** Clocks of two clusters differ by less. */
const CLOCK_SKEW_MS = 60_000;
/** What others may have in a namespace: all that the service may look at there but events, of which each namespace has some. */
const OCCUPANTS = (Object.keys(MEMBER_RESOURCES) as MemberResource[]).filter(
  (resource) => MEMBER_RESOURCES[resource].namespaced && resource !== 'events',
);

interface LeftoverOptions {
  readonly karmada: Karmada;
  readonly log: Logger;
  /** Namespaces go only if that is wanted: it takes the right to delete namespaces. */
  readonly removeNamespaces: boolean;
  /** Of these namespaces those that no stored job is in. */
  namespacesWithoutJobs(names: readonly string[]): Promise<string[]>;
  onRemoved(what: 'policy' | 'namespace'): void;
  readonly unusedMs?: number;
  readonly now?: () => number;
}

interface Leftovers {
  /** Once a minute is plenty. */
  sweep(overview: Overview, signal: AbortSignal): Promise<void>;
}

export function createLeftovers(options: LeftoverOptions): Leftovers {
  const { karmada, log, onRemoved, now = Date.now } = options;
  const policies = createIdleness(options.unusedMs ?? UNUSED_MS, now);
  const namespaces = createIdleness(options.unusedMs ?? UNUSED_MS, now);
  const inUseUntil = new Map<string, number>();
  let mayNot = false;

  async function removePolicy({ name, namespace, uid }: SeenObject, signal: AbortSignal): Promise<void> {
    const { apiVersion, kind } = KINDS.propagationPolicy;
    if (await karmada.delete({ apiVersion, kind, namespace, name }, { uid, signal })) onRemoved('policy');
  }

  async function emptyNamespaces(overview: Overview, signal: AbortSignal): Promise<OwnNamespace[]> {
    const own = (await karmada.ownNamespaces({ signal })).filter(({ isLeaving }) => !isLeaving);
    for (const [uid, until] of inUseUntil) if (until <= now()) inUseUntil.delete(uid);
    const names = own.map(({ name }) => name).filter((name) => overview.isEmpty(name));
    const withoutJobs = names.length === 0 ? [] : await options.namespacesWithoutJobs(names);
    return own.filter(({ name }) => withoutJobs.includes(name));
  }

  async function removeNamespace(namespace: OwnNamespace, signal: AbortSignal): Promise<void> {
    if ((inUseUntil.get(namespace.uid) ?? 0) > now()) return;
    const user = await userOf(karmada, namespace, signal);
    if (user !== undefined) {
      inUseUntil.set(namespace.uid, now() + IN_USE_MS);
      log.info({ namespace: namespace.name, user }, 'A namespace that was made for jobs is used by others and stays');
      return;
    }
    // Nobody has sent a job there meanwhile.
    const stillEmpty = await options.namespacesWithoutJobs([namespace.name]);
    if (stillEmpty.length === 0) return;
    const { apiVersion, kind } = NAMESPACE;
    const reference = { apiVersion, kind, namespace: null, name: namespace.name };
    if (!(await karmada.delete(reference, { uid: namespace.uid, signal }))) return;
    log.info({ namespace: namespace.name }, 'A namespace that was made for jobs is removed: the last of them has gone');
    onRemoved('namespace');
  }

  return {
    async sweep(overview, signal) {
      if (!overview.isComplete) return;
      for (const policy of policies.longSince(overview.unusedPolicies())) await removePolicy(policy, signal);
      if (!options.removeNamespaces || mayNot) return;
      try {
        const empty = namespaces.longSince(await emptyNamespaces(overview, signal));
        for (const namespace of empty) await removeNamespace(namespace, signal);
      } catch (error) {
        if (!(error instanceof KarmadaError && error.failure === 'forbidden')) throw error;
        mayNot = true;
        log.warn(
          { err: error },
          'Namespaces that were made for jobs stay: the service may not look at them or remove them',
        );
      }
    },
  };
}

/** What has been found of no use at each look for so long. */
function createIdleness(longMs: number, now: () => number) {
  let since = new Map<string, number>();
  return {
    longSince<Found extends { readonly uid: string }>(idle: readonly Found[]): Found[] {
      since = new Map(idle.map(({ uid }) => [uid, since.get(uid) ?? now()]));
      return idle.filter(({ uid }) => now() - (since.get(uid) ?? now()) >= longMs);
    },
  };
}

/** Who else is in the namespace, on the control plane or in a member; one that cannot be asked may have somebody. */
async function userOf(karmada: Karmada, namespace: OwnNamespace, signal: AbortSignal): Promise<string | undefined> {
  if (await karmada.hasBindings(namespace.name, { signal })) return 'something else is propagated from it';
  for (const { name, ready } of await karmada.clusters({ signal })) {
    if (!ready) return `cluster ${name} is not ready, and may have something in it`;
    const found = await occupantIn(karmada.member(name), namespace, signal);
    if (found !== undefined) return `cluster ${name}: ${found}`;
  }
  return undefined;
}

async function occupantIn(member: Member, { createdAt, name }: OwnNamespace, signal: AbortSignal) {
  const { apiVersion, kind } = NAMESPACE;
  const there = await member.get({ apiVersion, kind, namespace: null, name }, { signal });
  if (!there) return undefined;
  // Karmada takes over a namespace that a member had already, and would remove it like its own.
  const madeAt = Date.parse(there.metadata.creationTimestamp ?? '');
  if (!(madeAt > createdAt.getTime() - CLOCK_SKEW_MS)) return 'it had the namespace before';
  for (const resource of OCCUPANTS) {
    const first = await firstOf(member, resource, name, signal);
    if (first) return `${resource} ${first.metadata.name}`;
  }
  return undefined;
}

/** A kind that the member does not serve has no objects there: KubeRay or the training operator is not installed in each. */
async function firstOf(member: Member, resource: MemberResource, namespace: string, signal: AbortSignal) {
  try {
    const { items } = await member.list(resource, { namespace, metadataOnly: true, limit: 1 }, { signal });
    return items[0];
  } catch (error) {
    if (isNotServed(error)) return undefined;
    throw error;
  }
}
