import { DEFAULT_PORT, LOG_LINES, PATHS } from '../../../service/contract.ts';
import { KubeError } from '../../../service/kube/errors.ts';
import { isWell, type Pod } from '../../../service/kube/pods/pod.ts';
import { BACKEND } from '../../stacks/ml-platform/backend.ts';
import { StepFailure } from '../failure.ts';
import { logLines } from '../kube/logs.ts';
import { getThroughPod } from '../port-forward.ts';
import { podsIn } from '../rollout/pods.ts';
import { type Deployment, forPlatform, type Step } from '../step.ts';
import type { Target } from '../target.ts';

const MONITOR_WITHIN_MS = 30_000;
/** The line is among the first; kubelets keep the newest 10 MB of a log. */
const LOG_BYTES = 1024 * 1024;
/** After this a log may have lost its beginning. */
const OLD_MS = 3_600_000;

/** Asks the service itself. */
export const verify: Step = {
  title: 'Verification',
  skipped: (deployment) => (deployment.target.platform ? forPlatform(deployment) : 'its probes are all it has'),
  async run(deployment, say) {
    const said: string[] = [];
    for (const path of [PATHS.health, PATHS.ready]) {
      said.push(await answerOf(deployment.target, path));
      say(said.at(-1) ?? '');
    }
    return [...said, await monitorLine(deployment)].join(', ');
  },
};

/** By the API server's proxy; where a NetworkPolicy or a right keeps that away, by a port forwarded to the pod. */
async function answerOf(target: Target, path: string): Promise<string> {
  const proxy = `/api/v1/namespaces/${target.namespace}/services/${BACKEND}:http/proxy${path}`;
  const { status, text } = await target.management.kube.request('GET', proxy).catch(noAnswer);
  if (!isFromApiServer(status, text)) return judged(path, { status, text });
  const forwarded = await throughPod(target, path);
  if (typeof forwarded !== 'string') return `${judged(path, forwarded)} through a forwarded port`;
  // The kubelet asks the same two paths, and without its 200 no pod would be ready.
  return `${path} answers the kubelet (the API server cannot reach it: ${status}; no port can be forwarded: ${forwarded})`;
}

function judged(path: string, { status, text }: { readonly status: number; readonly text: string }): string {
  if (status === 200) return `${path} answers 200`;
  throw new StepFailure(`${path} answers ${status}: ${text.trim().slice(0, 500)}`);
}

/** What a ready pod answers, or why it cannot be asked. */
async function throughPod(target: Target, path: string) {
  const pod = (await backendPods(target)).find(isWell);
  if (!pod) return 'no pod is ready';
  const place = { namespace: target.namespace, name: pod.metadata.name, port: DEFAULT_PORT };
  try {
    return await getThroughPod(target.management, place, path);
  } catch (error) {
    if (target.signal.aborted) throw target.signal.reason;
    return error instanceof Error ? error.message : String(error);
  }
}

/** Where a NetworkPolicy drops what the API server sends, its proxy waits longer than we do. */
function noAnswer(error: unknown): { status: number; text: string } {
  if (error instanceof KubeError) return { status: 504, text: '' };
  throw error;
}

/** A Status of the proxy's own, and not the answer of our service, which writes problems (RFC 9457). */
function isFromApiServer(status: number, text: string): boolean {
  if (![403, 500, 502, 503, 504].includes(status)) return false;
  return !text.startsWith('{') || text.includes('"kind":"Status"');
}

const backendPods = (target: Target): Promise<Pod[]> =>
  podsIn(target, `app.kubernetes.io/name=${BACKEND},app.kubernetes.io/instance=${target.stack}`);

async function monitorLine({ flags, target }: Deployment): Promise<string> {
  const limit = Math.min(flags.timeout, MONITOR_WITHIN_MS);
  const { namespace } = target;
  for (let waited = 0; waited < limit; waited += 1_000) {
    const pods = await backendPods(target);
    const logs = await Promise.all(
      pods.map(({ metadata: { name } }) =>
        logLines(target.management, { namespace, name, container: BACKEND }, { limitBytes: LOG_BYTES }),
      ),
    );
    const line = logs.flatMap((lines) => lines.map(lineIn)).find((each) => each !== undefined);
    if (line !== undefined) return `the log says "${line}"`;
    if (pods.some((pod) => isWell(pod) && isOld(pod))) return "the log no longer reaches back to the monitor's start";
    await target.management.pause(1_000);
  }
  throw new StepFailure(
    `no pod of ${BACKEND} wrote "${LOG_LINES.monitorStarted}..." within ${limit / 1000} s: look at its log for what Karmada answers`,
  );
}

const isOld = ({ metadata }: Pod): boolean => Date.now() - Date.parse(metadata.creationTimestamp ?? '') > OLD_MS;

/** To its end, or to that of the JSON text that it is in. */
const lineIn = (log: string): string | undefined => new RegExp(`${LOG_LINES.monitorStarted}[^"\\n]*`).exec(log)?.[0];
