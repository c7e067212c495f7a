import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../service/local/free-port.ts';
import { SECRET } from '../../../service/local/kube/kinds.ts';
import type { StoredObject } from '../../../service/local/kube/objects.ts';
import { type Cluster, startCluster } from '../../service/operator/cluster.ts';
import { cpuSeconds, type Program, type Running, ready, start } from './programs.ts';
import { addRunningJob } from './settled.ts';

const REPORTERS = 500;
const AT_ONCE = 32;

interface ProgressFigures {
  readonly title: string;
  readonly connections: 'one a report' | 'kept';
  readonly perSecond: number;
  readonly coresForThousandASecond: number;
  readonly statusWrites: number;
}

interface Target {
  readonly port: number;
  readonly ca: string;
  readonly tokens: readonly string[];
  readonly pods: readonly StoredObject[];
}

/** Reports of progress to the operator, to the least that could write them, and to a server that does TLS, HTTP and JSON only. */
export async function progress(folder: string, ours: Program, bare: string, reports: number) {
  const cluster = await startCluster({ historySize: 100_000 });
  const figures: ProgressFigures[] = [];
  try {
    const pods = Array.from({ length: REPORTERS }, (_, index) => addRunningJob(cluster.registry, `job-${index}`));
    const tokens = await Promise.all(pods.map((pod) => cluster.tokens.tokenFor(pod, 'progress.ml.example.com')));
    const programs = [ours, { title: 'TLS and writes', args: [bare] }, { title: 'TLS alone', args: [bare] }];
    for (const program of programs) {
      const port = await freePort();
      const env = {
        PROGRESS_URL: `https://127.0.0.1:${port}`,
        PROGRESS_PORT: String(port),
        CERTIFICATES: folder,
        WRITES: String(program.title === 'TLS and writes'),
      };
      const running = await start(folder, program, cluster, env);
      await ready(running, program, REPORTERS);
      const ca = keepCertificates(cluster, folder);
      const target = { port, ca, pods, tokens };
      // What is compiled when it first runs is no cost of a report.
      await send(target, 500, undefined);
      for (const connections of ['one a report', 'kept'] as const) {
        figures.push({
          title: program.title,
          connections,
          ...(await measure(cluster, running, target, reports, connections)),
        });
      }
      await running.stop();
    }
    return figures;
  } finally {
    await cluster.close();
  }
}

async function measure(
  { registry }: Cluster,
  running: Running,
  target: Target,
  reports: number,
  connections: ProgressFigures['connections'],
) {
  const agent = connections === 'kept' ? new Agent({ keepAlive: true, maxSockets: AT_ONCE }) : undefined;
  const before = { cpu: cpuSeconds(running.child), at: performance.now(), version: registry.store.version() };
  const accepted = await send(target, reports, agent);
  const seconds = (performance.now() - before.at) / 1000;
  // What was taken is written within its second, and that belongs to its cost.
  await sleep(1_500);
  agent?.destroy();
  return {
    perSecond: accepted / seconds,
    coresForThousandASecond: ((cpuSeconds(running.child) - before.cpu) / accepted) * 1000,
    statusWrites: registry.store.version() - before.version,
  };
}

/** How many were accepted. */
async function send({ ca, pods, port, tokens }: Target, reports: number, agent: Agent | undefined): Promise<number> {
  let next = 0;
  let accepted = 0;
  const sender = async () => {
    while (next < reports) {
      const index = next % REPORTERS;
      next += 1;
      steps += 1;
      const status = await post(port, ca, agent, pods[index], tokens[index] ?? '', steps);
      if (status === 200) accepted += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return accepted;
}

/** Of all reports ever sent, so that each brings a further step. */
let steps = 0;

/** The operator's own certificate, for the server beside it. Returns the authority. */
function keepCertificates({ registry }: Cluster, folder: string): string {
  const [secret] = registry.store.list(SECRET, 'operator');
  const data = (secret?.data ?? {}) as Record<string, string>;
  const text = (name: string): string => Buffer.from(data[name] ?? '', 'base64').toString();
  for (const name of ['tls.crt', 'tls.key']) writeFileSync(join(folder, name), text(name));
  return text('ca.crt');
}

/** Without an agent as Python's urllib: a connection for each report. */
function post(
  port: number,
  ca: string,
  agent: Agent | undefined,
  pod: StoredObject | undefined,
  token: string,
  step: number,
): Promise<number> {
  const body = JSON.stringify({
    trainerStatus: {
      lastUpdatedTime: new Date().toISOString(),
      progressPercentage: Math.min(100, Math.floor(step / 1_000)),
      metrics: [
        { name: 'loss', value: '0.5' },
        { name: 'current_step', value: String(step) },
      ],
    },
  });
  const job = pod?.metadata.labels?.['training-job'];
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: `/namespaces/ml/trainingjobs/${job}/status`,
        method: 'POST',
        ca,
        agent: agent ?? false,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)),
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
