import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { LABELS } from '../../../service/contract.ts';
import { createSessions, REAL_PROXY_COST } from '../../../service/local/karmada/proxy-cost.ts';
import { clusterName, type JobState, jobName, NAMESPACE, stateAt } from './jobs.ts';

// Very many member clusters behind one Karmada, in a process of its own: `node members.ts <jobs> <clusters>`. It serves only what the
// monitor reads (version, Table, LIST, GET, watch through the proxy), and as cheaply as it can, so that it is not what is
// measured. A request waits as long as a real proxy takes for it, unless it is told not to.

const [jobCount = 0, clusterCount = 1] = process.argv.slice(2).map(Number);
const session = createSessions(REAL_PROXY_COST);
let isRealProxy = true;

/** How often a job has changed, and the resourceVersion of the last time. */
const steps = new Uint32Array(jobCount);
const versions = new Uint32Array(jobCount).fill(1);
let version = 1;

interface Change {
  readonly job: number;
  readonly step: number;
  readonly version: number;
  readonly at: number;
}
/** Since the log was last asked for. */
let log: Change[] = [];

type Zipped = ReturnType<typeof gzipSync>;

interface Cluster {
  readonly jobs: number[];
  /** Of the last change of one of them. */
  version: number;
  /** Its rows, zipped piece by piece; a piece is made anew when one of its jobs has changed. */
  readonly pieces: (Zipped | undefined)[];
  /** The latest changes, for watches that resume. */
  history: Change[];
  readonly watchers: Set<(change: Change) => void>;
}
const HISTORY = 20_000;
const clusters = new Map<string, Cluster>(
  Array.from({ length: clusterCount }, (_, i) => [
    clusterName(i),
    { jobs: [], version, pieces: [], history: [], watchers: new Set() },
  ]),
);
for (let job = 0; job < jobCount; job += 1) clusters.get(clusterName(job % clusterCount))?.jobs.push(job);
const jobsByName = new Map(Array.from({ length: jobCount }, (_, job) => [jobName(job), job]));

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    if (!response.headersSent) response.writeHead(500);
    response.end(String(error));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.({ port: (server.address() as AddressInfo).port });

const PROXIED =
  /^\/apis\/cluster\.karmada\.io\/v1alpha1\/clusters\/([^/]+)\/proxy\/apis\/ray\.io\/v1\/(?:namespaces\/[^/]+\/)?rayjobs(?:\/([^/]+))?$/;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://members');
  const [, name = '', object] = PROXIED.exec(url.pathname) ?? [];
  const cluster = clusters.get(name);
  if (!cluster) return void response.writeHead(404).end();
  if (isRealProxy) await session();
  if (object !== undefined) return getOne(object, response);
  if (url.searchParams.get('watch') === '1') {
    return watch(cluster, Number(url.searchParams.get('resourceVersion')), request, response);
  }
  const accept = request.headers.accept ?? '';
  if (accept.includes('as=Table')) return send(response, tableOf(cluster));
  if (accept.includes('as=PartialObjectMetadataList')) return sendJson(response, versionOf(cluster));
  sendJson(response, listOf(cluster, jobsIn(cluster, url.searchParams.get('labelSelector') ?? '')));
}

const NAMED = new RegExp(`^${LABELS.jobId} in \\((.*)\\)$`);

function jobsIn({ jobs }: Cluster, selector: string): readonly number[] {
  const names = NAMED.exec(selector)?.[1]?.split(',');
  return names ? names.flatMap((name) => jobsByName.get(name) ?? []) : jobs;
}

/** Below this API servers do not zip. */
const ZIP_FROM_BYTES = 128 * 1024;

function sendJson(response: ServerResponse, text: string): void {
  if (text.length >= ZIP_FROM_BYTES) {
    send(response, [gzipSync(text, FAST)]);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** API servers zip answers above 128 kB, at level 4; here one process must do it for all of them. */
const FAST = { level: 1 };

/** Pieces zipped by themselves make one gzip stream when put together. */
function send(response: ServerResponse, pieces: readonly Zipped[]): void {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'content-length': length,
  });
  response.end(Buffer.concat(pieces, length));
}

const COLUMNS = [
  ['Name', 'name', 'Name must be unique within a namespace.'],
  ['job status', '', 'Custom resource definition column (in JSONPath format): .status.jobStatus'],
  ['deployment status', '', 'Custom resource definition column (in JSONPath format): .status.jobDeploymentStatus'],
  ['ray cluster name', '', 'Custom resource definition column (in JSONPath format): .status.rayClusterName'],
  ['start time', '', 'Custom resource definition column (in JSONPath format): .status.startTime'],
  ['end time', '', 'Custom resource definition column (in JSONPath format): .status.endTime'],
  ['age', '', 'Custom resource definition column (in JSONPath format): .metadata.creationTimestamp'],
].map(([name, format, description]) => ({ name, type: 'string', format, description, priority: 0 }));

const ROWS_A_PIECE = 50;
const TAIL = gzipSync(']}\n', FAST);

function tableOf({ jobs, pieces, version }: Cluster): Zipped[] {
  const head = `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"${version}"},"columnDefinitions":${JSON.stringify(COLUMNS)},"rows":[`;
  const answer = [gzipSync(head, FAST)];
  for (let at = 0; at < jobs.length; at += ROWS_A_PIECE) {
    const piece = at / ROWS_A_PIECE;
    const zipped = pieces[piece] ?? gzipSync(rowsOf(jobs.slice(at, at + ROWS_A_PIECE), at > 0), FAST);
    pieces[piece] = zipped;
    answer.push(zipped);
  }
  return [...answer, TAIL];
}

function rowsOf(jobs: readonly number[], isContinued: boolean): string {
  const rows = jobs.map((job) => {
    const { jobStatus, deploymentStatus, rayCluster, start } = stateAt(job, steps[job] ?? 0);
    // Of jobs that have run for hours the age is printed in hours.
    return `{"cells":["${jobName(job)}",${text(jobStatus)},"${deploymentStatus}","${rayCluster}","${start}",null,"5h"],"object":null}`;
  });
  return `${isContinued ? ',' : ''}${rows.join(',')}`;
}

const text = (value: string): string => (value === '' ? 'null' : `"${value}"`);

/** managedFields, annotations and pod templates: 5 kB, of which the monitor reads a hundred bytes. */
const BALLAST = Object.fromEntries(
  Array.from({ length: 42 }, (_, i) => [
    `f:field-${i}`,
    { '.': {}, 'f:containers': { 'k:{"name":"ray-head"}': { 'f:image': {} } } },
  ]),
);
const ballast = JSON.stringify(BALLAST);

function objectOf(job: number, step: number, resourceVersion: number): string {
  const { jobStatus, deploymentStatus, rayCluster, start }: JobState = stateAt(job, step);
  const name = jobName(job);
  return (
    `{"apiVersion":"ray.io/v1","kind":"RayJob","metadata":{"name":"${name}","namespace":"${NAMESPACE}","uid":"00000000-0000-4000-8000-${String(job).padStart(12, '0')}",` +
    `"resourceVersion":"${resourceVersion}","labels":{"app.kubernetes.io/managed-by":"ml-platform","mlplatform.io/job-id":"${name}"},` +
    `"managedFields":[{"manager":"karmada-controller-manager","fieldsV1":${ballast}}]},"spec":{"backoffLimit":1000000},` +
    `"status":{"jobStatus":${text(jobStatus)},"jobDeploymentStatus":"${deploymentStatus}","rayClusterName":"${rayCluster}","startTime":"${start}","message":"step ${step}"}}`
  );
}

const versionOf = ({ version }: Cluster): string =>
  `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"${version}"},"items":[]}`;

function listOf({ version }: Cluster, jobs: readonly number[]): string {
  const items = jobs.map((job) => objectOf(job, steps[job] ?? 0, versions[job] ?? 0));
  return `{"kind":"RayJobList","apiVersion":"ray.io/v1","metadata":{"resourceVersion":"${version}"},"items":[${items.join(',')}]}`;
}

async function getOne(name: string, response: ServerResponse): Promise<void> {
  const job = jobsByName.get(name);
  if (job === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(objectOf(job, steps[job] ?? 0, versions[job] ?? 0));
}

function watch(cluster: Cluster, from: number, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const tell = (change: Change): void => {
    response.write(`{"type":"MODIFIED","object":${objectOf(change.job, change.step, change.version)}}\n`);
  };
  for (const change of cluster.history) if (change.version > from) tell(change);
  cluster.watchers.add(tell);
  request.once('close', () => cluster.watchers.delete(tell));
}

let perSecond = 0;
let due = 0;
let lastTurn = performance.now();
let next = 0;
/** Around all jobs in an order that jumps between clusters, so that no job changes twice in a short while. */
const STRIDE = 7_919;

setInterval(() => {
  const now = performance.now();
  due += ((now - lastTurn) / 1000) * perSecond;
  lastTurn = now;
  for (; due >= 1; due -= 1) changeOne();
}, 5);

function changeOne(): void {
  next = (next + STRIDE) % jobCount;
  const job = next;
  version += 1;
  const step = (steps[job] ?? 0) + 1;
  steps[job] = step;
  versions[job] = version;
  const change = { job, step, version, at: performance.timeOrigin + performance.now() };
  log.push(change);
  const cluster = clusters.get(clusterName(job % clusterCount));
  if (!cluster) return;
  cluster.version = version;
  cluster.pieces[Math.floor(Math.floor(job / clusterCount) / ROWS_A_PIECE)] = undefined;
  cluster.history.push(change);
  if (cluster.history.length > 2 * HISTORY) cluster.history = cluster.history.slice(-HISTORY);
  for (const tell of cluster.watchers) tell(change);
}

process.on('message', (message: { changes?: number; log?: true; isRealProxy?: boolean }) => {
  if (message.isRealProxy !== undefined) isRealProxy = message.isRealProxy;
  if (message.changes !== undefined) {
    perSecond = message.changes;
    due = 0;
  }
  if (message.log) {
    process.send?.({ log: log.map(({ job, step, at }) => [job, step, at]) });
    log = [];
  }
});
process.on('disconnect', () => process.exit());
