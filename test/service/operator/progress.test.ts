import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POD } from '../../../service/local/kube/kinds.ts';
import type { StoredObject } from '../../../service/local/kube/objects.ts';
import { type Certificates, ensureCertificates } from '../../../service/operator/progress/certificate.ts';
import { type ProgressEndpoint, startEndpoint } from '../../../service/operator/progress/endpoint.ts';
import { keepCertificates } from '../../../service/operator/progress/kept-certificates.ts';
import { createTokenVerifier } from '../../../service/operator/progress/tokens.ts';
import { createProgressWriter, type ProgressWriter } from '../../../service/operator/progress/writer.ts';
import { refused, TRAINING_JOB } from './cluster.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { startWorld, type World } from './world.ts';

// Workers report over TLS with tokens that the API server signed.

const AUDIENCE = 'progress.ml.example.com';

let world: World;
let endpoint: ProgressEndpoint;
let writer: ProgressWriter;
let clock: ManualClock;
let authority: string;
let troubles: unknown[];

beforeEach(async () => {
  world = await startWorld();
  const { caches } = await world.operate();
  const kube = world.cluster.kube();
  clock = createManualClock();
  troubles = [];
  const onTrouble = (error: unknown) => troubles.push(error);
  writer = createProgressWriter({
    kube,
    trainingJob(key) {
      const reading = caches.trainingJobs.get(key);
      return reading && 'job' in reading ? reading.job : undefined;
    },
    clock,
    onTrouble,
  });
  const hosts = ['progress.operator.svc', '127.0.0.1'];
  const certificates = await ensureCertificates({ kube, namespace: 'operator', secret: 'progress', hosts });
  ({ authority } = certificates);
  endpoint = await startEndpoint({
    port: 0,
    host: '127.0.0.1',
    certificate: certificates,
    tokens: createTokenVerifier({ document: (path) => kube.document(path), audience: AUDIENCE }),
    pod: (key) => caches.pods.get(key),
    writer,
    onTrouble,
  });
  world.submit('bert', { hyperparameters: { epochs: 20 } });
  await start('bert');
  return async () => {
    await endpoint.stop();
    await writer.stop();
  };
});
afterEach(() => world.close());

async function start(name: string): Promise<void> {
  await expect.poll(() => world.job(name)).toBeDefined();
  world.pods(name, 'Running');
  await expect.poll(() => world.status(name).state).toBe('Running');
}

const podOf = (name: string): StoredObject => {
  const [pod] = world.cluster.registry.store
    .list(POD, 'ml')
    .filter(({ metadata }) => metadata.labels?.['training-job'] === name);
  if (!pod) throw new Error(`${name} has no pod`);
  return pod;
};
const tokenOf = (name: string, audience = AUDIENCE, expiresInSeconds = 600): Promise<string> =>
  world.cluster.tokens.tokenFor(podOf(name), audience, { expiresInSeconds });

const report = (percentage: number, metrics: Record<string, string> = {}, more: object = {}) => ({
  trainerStatus: {
    lastUpdatedTime: new Date().toISOString(),
    progressPercentage: percentage,
    metrics: Object.entries(metrics).map(([name, value]) => ({ name, value })),
    ...more,
  },
});

interface Post {
  readonly token?: string;
  readonly body?: string | object;
  readonly path?: string;
  readonly method?: string;
}

/** One TLS connection a report, as Python's urllib makes it. */
function post({ token, body = report(45), path = '/namespaces/ml/trainingjobs/bert/status', method = 'POST' }: Post) {
  return new Promise<number>((resolve, reject) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const sent = request(
      {
        host: '127.0.0.1',
        port: endpoint.port,
        path,
        method,
        ca: authority,
        agent: false,
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.once('error', reject);
    sent.end(text);
  });
}

describe('a report', () => {
  it('becomes the status that kubectl shows', async () => {
    const metrics = { loss: '0.31', accuracy: '0.9', current_epoch: '9', current_step: '900', total_steps: '2000' };
    const more = { estimatedRemainingSeconds: 750, checkpoint: '/checkpoints/epoch-8.pt' };
    expect(await post({ token: await tokenOf('bert'), body: report(45, metrics, more) })).toBe(200);
    await clock.pass(0);
    await expect.poll(() => world.status('bert').progress).toBe('45%');
    expect(world.status('bert')).toMatchObject({
      state: 'Running',
      currentEpoch: 9,
      totalEpochs: 20,
      currentStep: 900,
      eta: '13m',
      metrics: { loss: 0.31, accuracy: 0.9 },
      checkpoint: { latest: '/checkpoints/epoch-8.pt' },
      progressAttempt: 1,
    });
  });

  it('is written at most once a second, with what came last', async () => {
    const token = await tokenOf('bert');
    const writes = () => world.cluster.requests.filter((title) => title === 'PATCH ml/bert trainingjobs').length;
    const before = writes();
    for (let percent = 1; percent <= 10; percent += 1) expect(await post({ token, body: report(percent) })).toBe(200);
    await clock.pass(0);
    await expect.poll(() => world.status('bert').progress).toMatch(/%/);
    await clock.pass(999);
    for (let percent = 11; percent <= 15; percent += 1) await post({ token, body: report(percent) });
    await clock.pass(1);
    await expect.poll(() => world.status('bert').progress).toBe('15%');
    expect(writes() - before).toBeLessThanOrEqual(3);
  });

  it('that could not be written is written later', async () => {
    let fails = true;
    world.cluster.fates.add(({ method, body }) =>
      fails && method === 'PATCH' && body.includes('progressAttempt')
        ? Promise.resolve(refused(500, 'InternalError', 'etcd is gone'))
        : undefined,
    );
    expect(await post({ token: await tokenOf('bert') })).toBe(200);
    await clock.pass(0);
    await expect.poll(() => troubles.length).toBeGreaterThan(0);
    fails = false;
    await clock.pass(1_000);
    await expect.poll(() => world.status('bert').progress).toBe('45%');
  });

  it('that waits is written before the end', async () => {
    expect(await post({ token: await tokenOf('bert') })).toBe(200);
    await writer.stop();
    expect(world.status('bert').progress).toBe('45%');
  });

  it('does not touch what the controller says, and the controller does not touch it', async () => {
    await post({ token: await tokenOf('bert'), body: report(45, { loss: '1' }) });
    await clock.pass(0);
    await expect.poll(() => world.status('bert').progress).toBe('45%');
    world.fail('bert', 0);
    await expect.poll(() => world.status('bert').attempt).toBe(2);
    expect(world.status('bert')).toMatchObject({ progress: '45%', metrics: { loss: 1 }, failures: 1 });
  });
});

describe('is refused', () => {
  it.each([
    ['no token', () => undefined, 401],
    ['no token at all', () => 'x', 401],
    ['of another audience', () => tokenOf('bert', 'https://kubernetes.default.svc'), 401],
    ['that has expired', () => tokenOf('bert', AUDIENCE, -1), 401],
  ])('a token: %s', async (_title, token, status) => {
    const given = await token();
    expect(await post(given === undefined ? {} : { token: given })).toBe(status);
    expect(world.status('bert').progress).toBeUndefined();
  });

  it('a token that somebody signed himself', async () => {
    const token = await tokenOf('bert');
    const [head = '', , signature = ''] = token.split('.');
    const claims = { aud: AUDIENCE, exp: 9e9, iss: 'https://kubernetes.default.svc.cluster.local' };
    const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    expect(await post({ token: forged })).toBe(401);
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    expect(await post({ token: [none, token.split('.')[1], ''].join('.') })).toBe(401);
  });

  it('the token of another job', async () => {
    world.submit('other');
    await start('other');
    expect(await post({ token: await tokenOf('other') })).toBe(403);
  });

  it('the token of a pod that is gone, even when another has its name', async () => {
    const pod = podOf('bert');
    const token = await tokenOf('bert');
    const { uid: _, resourceVersion: __, ...metadata } = pod.metadata;
    world.cluster.registry.delete(POD, 'ml', pod.metadata.name);
    await expect.poll(() => post({ token })).toBe(503);
    world.cluster.registry.create(POD, { ...pod, metadata: { ...metadata } }, { manager: 'x' });
    await expect.poll(() => post({ token })).toBe(403);
  });

  it('a report of an attempt that is over', async () => {
    const token = await tokenOf('bert');
    const before = world.cluster.registry.read(TRAINING_JOB, 'ml', 'bert');
    const status = { ...(before.status as object), attempt: 2 };
    // The status is further than the pods that are still ending.
    world.cluster.fates.add(({ method }) =>
      method === 'DELETE' ? Promise.resolve(refused(500, 'InternalError', 'not now')) : undefined,
    );
    world.cluster.registry.update(TRAINING_JOB, { ...before, status }, { manager: 'x', subresource: 'status' });
    await expect.poll(() => post({ token })).toBe(409);
  });

  const bad: [string, string | object, number][] = [
    ['no JSON', '{"trainerStatus":', 400],
    ['200 %', report(200), 422],
    ['1e308 %', report(1e308), 422],
    ['65 kB', 'x'.repeat(65 * 1024), 413],
  ];
  it.each(bad)('a body: %s', async (_title, body, status) => {
    expect(await post({ token: await tokenOf('bert'), body })).toBe(status);
  });

  it('another path, another method', async () => {
    const token = await tokenOf('bert');
    expect(await post({ token, path: '/' })).toBe(404);
    expect(await post({ token, method: 'PUT' })).toBe(405);
  });

  it('a flood, of one pod only', async () => {
    const token = await tokenOf('bert');
    const answers = await Promise.all(Array.from({ length: 40 }, () => post({ token })));
    expect(answers).toContain(429);
    expect(answers).toContain(200);
    world.submit('other');
    await start('other');
    const path = '/namespaces/ml/trainingjobs/other/status';
    expect(await post({ token: await tokenOf('other'), path })).toBe(200);
  });
});

describe('keys and certificates', () => {
  it('tokens are checked without asking the API server about each', async () => {
    for (let n = 0; n < 5; n += 1) await post({ token: await tokenOf('bert') });
    expect(world.cluster.requests.filter((title) => /jwks/.test(title)).length).toBe(1);
  });

  it('a new key of the API server is asked for, but not for each token that claims one', async () => {
    let now = new Date();
    const asked: string[] = [];
    const verifier = createTokenVerifier({
      audience: AUDIENCE,
      now: () => now,
      document: (path) => {
        asked.push(path);
        return world.cluster.kube().document(path);
      },
    });
    const first = await tokenOf('bert');
    now = new Date();
    await verifier.verify(first);
    world.cluster.tokens.changeKey();
    const fresh = await tokenOf('bert');
    await expect(verifier.verify(fresh)).rejects.toThrow();
    expect(asked).toHaveLength(2);
    now = new Date(now.getTime() + 11_000);
    expect(await verifier.verify(fresh)).toMatchObject({ namespace: 'ml' });
    expect(asked).toHaveLength(4);
  });

  it('all replicas use one certificate; it is renewed before its end, by the same authority', async () => {
    const kube = world.cluster.kube();
    const options = { kube, namespace: 'operator', secret: 'shared', hosts: ['a.svc'] };
    const [one, two] = await Promise.all([ensureCertificates(options), ensureCertificates(options)]);
    expect(one?.cert).toBe(two?.cert);
    expect((await ensureCertificates(options)).cert).toBe(one?.cert);
    const later = () => new Date(Date.now() + 70 * 86_400_000);
    const renewed = await ensureCertificates({ ...options, now: later });
    expect(renewed.cert).not.toBe(one?.cert);
    expect(renewed.authority).toBe(one?.authority);
    expect((await ensureCertificates({ ...options, hosts: ['a.svc', 'b.svc'] })).cert).not.toBe(renewed.cert);
  });

  it('a certificate can be changed while the endpoint runs', async () => {
    const kube = world.cluster.kube();
    const next = await ensureCertificates({ kube, namespace: 'operator', secret: 'next', hosts: ['127.0.0.1'] });
    endpoint.use(next);
    await expect(post({ token: await tokenOf('bert') })).rejects.toThrow();
    ({ authority } = next);
    expect(await post({ token: await tokenOf('bert') })).toBe(200);
  });

  it('one that others renew is read from its folder, and followed', async () => {
    const kube = world.cluster.kube();
    const made = async (secret: string) =>
      ensureCertificates({ kube, namespace: 'operator', secret, hosts: ['127.0.0.1'] });
    const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
    const put = ({ authority, cert, key }: Certificates) => {
      for (const [name, content] of Object.entries({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority }))
        writeFileSync(join(folder, name), content);
    };
    const [first, second] = [await made('first'), await made('second')];
    const looks = createManualClock();
    const secrets = () => world.cluster.requests.filter((title) => /secrets/.test(title)).length;
    const before = secrets();
    try {
      put(first);
      const kept = await keepCertificates({
        kube,
        namespace: 'operator',
        secret: 'unused',
        folder,
        url: 'https://127.0.0.1:8443',
        clock: looks,
        onTrouble: (error) => troubles.push(error),
      });
      const changes: string[] = [];
      kept.onChange((next, { authority }) => changes.push(`${next.authority !== authority}`));
      kept.onChange((next) => endpoint.use(next));
      expect(kept.current()).toEqual(first);
      put(second);
      await looks.pass(30_000);
      await expect.poll(() => changes).toEqual(['true']);
      expect(kept.current().cert).toBe(second.cert);
      authority = second.authority;
      expect(await post({ token: await tokenOf('bert') })).toBe(200);
      // A folder that cannot be read for a while changes nothing.
      rmSync(join(folder, 'tls.key'));
      await looks.pass(30_000);
      await expect.poll(() => troubles).toHaveLength(1);
      expect(kept.current().cert).toBe(second.cert);
      kept.stop();
      expect(secrets()).toBe(before);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('who speaks no TLS, or nothing at all, harms nobody', async () => {
    const socket = connect({ host: '127.0.0.1', port: endpoint.port });
    socket.on('error', () => {});
    socket.end('garbage\r\n\r\n');
    expect(await post({ token: await tokenOf('bert') })).toBe(200);
    socket.destroy();
  });
});
