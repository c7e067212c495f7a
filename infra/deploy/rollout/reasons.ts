import { EVENT, POD } from '../../../service/kube/kinds.ts';
import { logLines } from '../kube/logs.ts';
import type { Target } from '../target.ts';
import {
  type ContainerStatus,
  isWell,
  matching,
  ofNewVersion,
  type Pod,
  unschedulable,
  unwellContainers,
} from './pods.ts';
import type { Workload } from './progress.ts';

interface Event {
  readonly involvedObject?: { readonly name?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
}

const LOG_LINES = 5;
const EVENTS = 3;

/** Why the pods of a workload do not come up, as far as the cluster knows. */
export async function reasonsFor(target: Target, workload: Workload): Promise<string[]> {
  const labels = workload.spec?.selector?.matchLabels;
  const all = (await target.management.kube.list(POD, { namespace: target.namespace })).items as readonly Pod[];
  const pods = labels ? ofNewVersion(matching(all, labels), workload.status?.updateRevision) : [];
  const events = await eventsIn(target);
  // Without a pod it is the ReplicaSet or the workload itself that was refused one (quota, admission).
  if (pods.length === 0) return warnings(events, (name) => name.startsWith(workload.metadata.name));
  const reasons = await Promise.all(pods.filter((pod) => !isWell(pod)).map((pod) => podReasons(target, pod, events)));
  return reasons.flat();
}

/** Why one pod does not come up. */
export async function podReasons(target: Target, pod: Pod, known?: readonly Event[]): Promise<string[]> {
  const events = known ?? (await eventsIn(target));
  const noNode = unschedulable(pod);
  const containers = unwellContainers(pod).map((each) => containerReason(target, pod, each));
  const found = [
    ...(noNode === undefined ? [] : [`no node takes it: ${noNode}`]),
    ...(await Promise.all(containers)).flat(),
    ...warnings(events, (name) => name === pod.metadata.name),
  ];
  const nothing = `is ${pod.status?.phase ?? 'there'}, and nothing says why it gets no further`;
  return (found.length > 0 ? found : [nothing]).map((each) => `pod ${pod.metadata.name}: ${each}`);
}

const eventsIn = async ({ management, namespace }: Target): Promise<readonly Event[]> =>
  (await management.kube.list(EVENT, { namespace })).items as readonly Event[];

async function containerReason(target: Target, pod: Pod, container: ContainerStatus): Promise<string[]> {
  const { lastState, name, restartCount = 0, state } = container;
  const ended = state?.terminated ?? lastState?.terminated;
  const words = [
    state?.waiting &&
      `${state.waiting.reason ?? 'waiting'}${state.waiting.message ? `: ${state.waiting.message}` : ''}`,
    ended && `ended with exit code ${ended.exitCode}${ended.reason ? ` (${ended.reason})` : ''}`,
    restartCount > 0 && `started again ${restartCount} times`,
    state?.running && 'runs, and its readiness probe does not succeed',
  ].filter((each) => each);
  const lines = state?.running || ended ? await lastLines(target, pod, container) : [];
  return [`${name}: ${words.join(', ')}`, ...lines.map((line) => `  | ${line}`)];
}

/** Of the container that runs; where it was just started anew and has said nothing yet, of the one before. */
async function lastLines({ management, namespace }: Target, pod: Pod, { name }: ContainerStatus): Promise<string[]> {
  for (const previous of [false, true]) {
    const lines = await logLines(
      management,
      { namespace, name: pod.metadata.name, container: name },
      {
        tailLines: LOG_LINES,
        previous,
      },
    );
    if (lines.length > 0) return lines;
  }
  return [];
}

function warnings(events: readonly Event[], isAbout: (name: string) => boolean): string[] {
  const texts = events
    .filter(({ involvedObject, type }) => type === 'Warning' && isAbout(involvedObject?.name ?? ''))
    .map(({ message, reason }) => `event ${reason}: ${message}`);
  return [...new Set(texts)].slice(-EVENTS);
}
