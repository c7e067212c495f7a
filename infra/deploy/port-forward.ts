import { Agent, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Cluster } from './kube/cluster.ts';

interface PodPort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

const TIMEOUT_MS = 15_000;

/**
 * One GET to a port of a pod, as `kubectl port-forward` reaches it: by the kubelet from within the pod's own network,
 * where no NetworkPolicy stands in between.
 */
export async function getThroughPod({ kube, signal }: Cluster, { port, ...pod }: PodPort, path: string) {
  const stream = await kube.forward(pod, port, { timeoutMs: TIMEOUT_MS });
  const late = new Error(`Pod ${pod.namespace}/${pod.name}, port ${port}: no whole answer within ${TIMEOUT_MS} ms`);
  const timer = setTimeout(() => stream.destroy(late), TIMEOUT_MS);
  try {
    return await get(stream, path, signal);
  } catch (error) {
    // HTTP reports only that it was cut off; the stream knows by what.
    throw stream.errored ?? error;
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}

async function get(stream: Duplex, path: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
  if (stream.errored) throw stream.errored;
  const agent = new Agent();
  agent.createConnection = () => stream as never;
  return new Promise((resolve, reject) => {
    const asked = request({ host: 'localhost', path, agent, signal, headers: { connection: 'close' } }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), reject);
    });
    asked.on('error', reject).end();
  });
}
