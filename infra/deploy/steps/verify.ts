import { PATHS } from '../../../service/contract.ts';
import { BACKEND } from '../../stacks/ml-platform/backend.ts';
import { ApiFailure, type KubeApi } from '../kube/api.ts';
import { type Deployment, forPlatform, type Step, StepFailure } from '../step.ts';

/** What the backend's monitor writes when it starts (service/monitor/monitor.ts). */
const MONITOR_LINE = 'Job monitor started';
const MONITOR_WITHIN_MS = 30_000;

/** Asks the service itself, through the API server. */
export const verify: Step = {
  title: 'Verification',
  skipped: (deployment) => (deployment.target.platform ? forPlatform(deployment) : 'its probes are all it has'),
  async run(deployment, say) {
    const { management, namespace } = deployment.target;
    const said: string[] = [];
    for (const path of [PATHS.health, PATHS.ready]) {
      said.push(await answerOf(management.api, namespace, path));
      say(said.at(-1) ?? '');
    }
    await monitorLine(deployment);
    return [...said, `the log says "${MONITOR_LINE}"`].join(', ');
  },
};

async function answerOf(api: KubeApi, namespace: string, path: string): Promise<string> {
  const proxy = `/api/v1/namespaces/${namespace}/services/${BACKEND}:http/proxy${path}`;
  const { status, text } = await api.text('GET', proxy).catch(noAnswer);
  if (status === 200) return `${path} answers 200`;
  // The stack's NetworkPolicies need not admit the API server; the kubelet asks the same two paths on the node.
  if (isFromApiServer(status, text)) return `${path} answers the kubelet (the API server cannot reach it: ${status})`;
  throw new StepFailure(`${path} answers ${status}: ${text.trim().slice(0, 500)}`);
}

/** Where a NetworkPolicy drops what the API server sends, its proxy waits longer than we do. */
function noAnswer(error: unknown): { status: number; text: string } {
  if (error instanceof ApiFailure) return { status: 504, text: '' };
  throw error;
}

/** A Status of the proxy's own, and not the answer of our service, which writes problems (RFC 9457). */
function isFromApiServer(status: number, text: string): boolean {
  if (![403, 500, 502, 503, 504].includes(status)) return false;
  return !text.startsWith('{') || text.includes('"kind":"Status"');
}

interface Pods {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

async function monitorLine({ flags, target }: Deployment): Promise<void> {
  const limit = Math.min(flags.timeout, MONITOR_WITHIN_MS);
  const { api, pause } = target.management;
  const folder = `/api/v1/namespaces/${target.namespace}/pods`;
  const query = { labelSelector: `app.kubernetes.io/name=${BACKEND},app.kubernetes.io/instance=${target.stack}` };
  for (let waited = 0; waited < limit; waited += 1_000) {
    const { items } = await api.ask<Pods>('GET', folder, { query });
    const logs = await Promise.all(
      items.map(({ metadata }) => api.text('GET', `${folder}/${metadata.name}/log`, { query: { container: BACKEND } })),
    );
    if (logs.some(({ text }) => text.includes(MONITOR_LINE))) return;
    await pause(1_000);
  }
  throw new StepFailure(
    `no pod of ${BACKEND} wrote "${MONITOR_LINE}" within ${limit / 1000} s: look at its log for what Karmada answers`,
  );
}
