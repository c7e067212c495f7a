import { INSTANCE } from '../../../infra/constructs/labels.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { own, type Subject, title } from '../subjects.ts';
import { type Pod, podsOf } from './pods.ts';

interface Peer {
  podSelector?: { matchLabels?: Record<string, string> };
  namespaceSelector?: unknown;
}
interface Policy {
  podSelector: { matchLabels?: Record<string, string> };
  policyTypes: string[];
  ingress?: { from?: Peer[]; ports?: { port: number }[] }[];
  egress?: { to?: Peer[]; ports?: { port: number }[] }[];
}

/** Default deny stands, every pod has a policy of its own, and whatever may go out is let in on the other side. */
export function networkIsClosed(subject: Subject): string[] {
  if (!subject.settings.isolation.enabled) return [];
  const objects = own(subject);
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
  const pods = podsOf(objects);
  const { shared } = subject.settings.namespace;
  return [
    ...(policies.some(deniesAll) ? [] : ['nothing denies by default']),
    ...(shared ? policies.filter(selectsAll).map(reachesOthers) : []),
    ...pods.flatMap((pod) =>
      ownPolicies(pod, policies).length > 0 ? [] : [`${pod.owner} has no NetworkPolicy of its own`],
    ),
    ...pods.flatMap((pod) => unmetEgress(pod, pods, policies)),
    ...policies.flatMap(openEgress),
  ];
}

const spec = (policy: KubeObject): Policy => policy.spec as Policy;
const selectsAll = (policy: KubeObject): boolean =>
  Object.keys(spec(policy).podSelector.matchLabels ?? {}).length === 0;

/** It holds for all pods of the namespace, or for all of the stack's. */
const isGround = (policy: KubeObject): boolean =>
  Object.keys(spec(policy).podSelector.matchLabels ?? {}).every((label) => label === INSTANCE);

function deniesAll(policy: KubeObject): boolean {
  const { egress, ingress, policyTypes } = spec(policy);
  return isGround(policy) && policyTypes.includes('Ingress') && policyTypes.includes('Egress') && !ingress && !egress;
}

const selects = (selector: Record<string, string> = {}, labels: Record<string, string>): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

const ownPolicies = (pod: Pod, policies: KubeObject[]): KubeObject[] =>
  policies.filter((policy) => !isGround(policy) && selects(spec(policy).podSelector.matchLabels, pod.labels));

/** Egress to pods of the stack that those pods' policies do not admit. */
function unmetEgress(pod: Pod, pods: Pod[], policies: KubeObject[]): string[] {
  const rules = ownPolicies(pod, policies).flatMap((policy) => spec(policy).egress ?? []);
  return rules.flatMap(({ ports = [], to = [] }) =>
    to
      .filter(({ namespaceSelector, podSelector }) => podSelector && !namespaceSelector)
      .flatMap(({ podSelector }) => pods.filter(({ labels }) => selects(podSelector?.matchLabels, labels)))
      .flatMap((target) =>
        ports
          .filter(({ port }) => !admits(target, pod, port, policies))
          .map(({ port }) => `${pod.owner} may go to ${target.owner}:${port}, which does not let it in`),
      ),
  );
}

function admits(target: Pod, client: Pod, port: number, policies: KubeObject[]): boolean {
  return ownPolicies(target, policies)
    .flatMap((policy) => spec(policy).ingress ?? [])
    .some(
      ({ from, ports = [] }) =>
        ports.some((each) => each.port === port) &&
        (from === undefined ||
          from.some(({ podSelector }) => podSelector && selects(podSelector.matchLabels, client.labels))),
    );
}

const reachesOthers = (policy: KubeObject): string =>
  `${title(policy)} selects the pods of others in a namespace that is shared`;

/** A rule without peers or without ports lets everything through. */
function openEgress(policy: KubeObject): string[] {
  const open = (spec(policy).egress ?? []).some(({ ports = [], to = [] }) => to.length === 0 || ports.length === 0);
  return open ? [`${title(policy)} lets out to anywhere or on any port`] : [];
}
