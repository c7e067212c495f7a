import { Agent, request } from 'node:http';
import { Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import type { KubeconfigChoice } from './target.ts';

export interface ForwardedPlace {
  readonly kubeconfig: KubeconfigChoice;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

const TIMEOUT_MS = 15_000;

/**
 * One GET to a port of a pod, as `kubectl port-forward` reaches it: by the kubelet from within the pod's own network,
 * where no NetworkPolicy stands in between.
 */
export async function getThroughPod(place: ForwardedPlace, path: string, signal: AbortSignal) {
  const { kubeconfig, namespace, pod, port } = place;
  const forward = new PortForward(kubeConfigOf(kubeconfig));
  const [fromPod, toPod, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const late = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const socket = await Promise.race([forward.portForward(namespace, pod, [port], fromPod, errors, toPod), ended(late)]);
  const refused = new Promise<never>((_, reject) => {
    errors.once('data', (message: Buffer) =>
      reject(new Error(`pod ${pod}, port ${port}: ${message.toString().trim()}`)),
    );
    // Without it a pod that goes away would leave the request waiting for its answer.
    if ('on' in socket) socket.on('close', () => fromPod.end());
  });
  try {
    const stream = Duplex.from({ readable: fromPod, writable: toPod });
    return await Promise.race([get(stream, path, late), refused]);
  } finally {
    if ('close' in socket) socket.close();
  }
}

function kubeConfigOf({ context, path }: KubeconfigChoice): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(path);
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

async function get(stream: Duplex, path: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
  const agent = new Agent();
  agent.createConnection = () => stream as never;
  return new Promise((resolve, reject) => {
    const asked = request({ host: 'localhost', path, agent, signal, headers: { connection: 'close' } }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), reject);
    });
    asked.on('error', reject).end();
  });
}
