import { text } from 'node:stream/consumers';
import { KubeError } from '../errors.ts';
import { EVENT } from '../kinds.ts';
import type { Kube, RequestOptions } from '../kube.ts';
import { type ClusterEvent, readEvent } from './event.ts';
import type { Pod } from './pod.ts';
import { troublesOf } from './trouble.ts';

const LOG_LINES = 5;
const LOG_BYTES = 64 * 1024;
const EVENTS = 3;

/** Why a pod is stuck, as far as its cluster knows, in lines for a person: what, what to do, its last words, what events say. */
export async function explainPod(
  kube: Kube,
  pod: Pod,
  events: readonly ClusterEvent[],
  options?: RequestOptions,
): Promise<string[]> {
  const lines: string[] = [];
  const logged = new Set<string>();
  for (const { advice, container, message, reason } of troublesOf(pod)) {
    const what = `${reason}${message === '' ? '' : `: ${message}`}${advice === '' ? '' : ` - ${advice}`}`;
    lines.push(container === null ? what : `${container}: ${what}`);
    if (container === null || logged.has(container) || !hasSpoken(pod, container)) continue;
    logged.add(container);
    for (const line of await lastWords(kube, pod, container, options)) lines.push(`  | ${line}`);
  }
  lines.push(...warningsAbout(events, (name) => name === pod.metadata.name));
  if (lines.length === 0) lines.push(`is ${pod.status.phase}, and nothing says why it gets no further`);
  return lines.map((line) => `pod ${pod.metadata.name}: ${line}`);
}

/** All events of a namespace, to be asked for once for all of its pods. */
export async function eventsIn(kube: Kube, namespace: string, options?: RequestOptions): Promise<ClusterEvent[]> {
  const { items } = await kube.list(EVENT, { namespace, resourceVersion: '0' }, options);
  return items.map(readEvent);
}

/** The last warnings about what bears such a name, each once. */
export function warningsAbout(events: readonly ClusterEvent[], isAbout: (name: string) => boolean): string[] {
  const texts = events
    .filter(({ about, type }) => type === 'Warning' && isAbout(about.name))
    .sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''))
    .map(({ message, reason }) => `event ${reason}: ${message}`);
  return [...new Set(texts)].slice(-EVENTS);
}

function hasSpoken({ status }: Pod, name: string): boolean {
  const container = [...status.initContainerStatuses, ...status.containerStatuses].find((each) => each.name === name);
  const { lastState, state } = container ?? {};
  return (state?.running ?? state?.terminated ?? lastState?.terminated) !== undefined;
}

/** Of the container as it is; where that was just started anew and has said nothing yet, of the one before. */
async function lastWords(
  kube: Kube,
  { metadata: { name, namespace = '' } }: Pod,
  container: string,
  options: RequestOptions | undefined,
): Promise<string[]> {
  for (const previous of [false, true]) {
    const query = { tailLines: LOG_LINES, limitBytes: LOG_BYTES, previous };
    try {
      const said = await text(await kube.logs({ namespace, name, container }, query, options));
      if (said.trim() !== '') return said.trimEnd().split('\n');
    } catch (error) {
      // Not readable, or gone: the rest is still worth telling.
      if (!(error instanceof KubeError)) throw error;
    }
  }
  return [];
}
