import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createKarmada } from '../../../service/karmada/client.ts';
import { KarmadaError, type KarmadaFailure } from '../../../service/karmada/errors.ts';
import type { Identity } from '../../../service/kube/identity.ts';
import type { FaultKind } from '../../../service/local/karmada/faults.ts';
import { eventually, namespaceObject, rayJob, referenceTo, startWorld, TEAM } from './simulation.ts';

const failureOf = async (call: Promise<unknown>): Promise<KarmadaError> => {
  const error = await call.then(
    (answer) => new Error(`It did not fail, but answered ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof KarmadaError) return error;
  throw error;
};

describe('what a member fails with', () => {
  const cases: [FaultKind, KarmadaFailure, RegExp][] = [
    [{ kind: 'hang', ms: 0 }, 'memberUnavailable', /TLS handshake timeout/],
    [{ kind: 'refuse' }, 'memberUnavailable', /connection refused/],
    [{ kind: 'dialError', message: 'dial tcp: lookup m.example: no such host' }, 'memberUnavailable', /no such host/],
    [{ kind: 'dialError', message: 'EOF' }, 'memberUnavailable', /EOF/],
    [{ kind: 'dialError', message: 'context deadline exceeded' }, 'memberUnavailable', /deadline/],
    [{ kind: 'unknownCluster' }, 'unknownCluster', /no such cluster/],
    [{ kind: 'status', code: 401 }, 'unauthenticated', /kubeconfig/],
    [{ kind: 'status', code: 403, message: 'rayjobs.ray.io is forbidden' }, 'forbidden', /RBAC/],
    [{ kind: 'status', code: 404 }, 'refused', /could not find the requested resource/],
    [{ kind: 'status', code: 410 }, 'expired', /list again/],
    [{ kind: 'status', code: 429, retryAfterSeconds: 7 }, 'unavailable', /Too many requests/],
    [{ kind: 'status', code: 500 }, 'unavailable', /etcdserver/],
    [{ kind: 'status', code: 503 }, 'unavailable', /503/],
    [{ kind: 'lostAnswer' }, 'unavailable', /did not answer/],
    [{ kind: 'truncate' }, 'garbled', /broke off/],
    [{ kind: 'truncate', clean: true }, 'garbled', /only part of it/],
    [{ kind: 'garble', as: 'html' }, 'garbled', /HTML/],
    [{ kind: 'garble', as: 'noise' }, 'garbled', /no JSON/],
    [{ kind: 'garble', as: 'otherJson' }, 'garbled', /no Table/],
    [{ kind: 'garble', as: 'empty' }, 'garbled', /no JSON/],
    [{ kind: 'halfOpen' }, 'memberUnavailable', /within 200 ms/],
  ];

  test('each is told apart, says where, and leaves the next request alone', async () => {
    const { simulated, karmada, reports } = await startWorld();
    const member = karmada.member('member1');
    for (const [fault, failure, words] of cases) {
      simulated.faults.add({ ...fault, where: 'member1', times: 1 });
      const error = await failureOf(member.table('RayJob', { timeoutMs: fault.kind === 'halfOpen' ? 200 : 5_000 }));
      expect(error.failure, JSON.stringify(fault)).toBe(failure);
      expect(error.cluster).toBe('member1');
      expect(error.message).toMatch(words);
      expect(error.message).toMatch(/member1|Karmada at/);
      expect(reports.at(-1)).toMatchObject({ cluster: 'member1', verb: 'table', outcome: failure });
      expect((await member.table('RayJob')).rows).toEqual([]);
    }
  });

  test('how long the server asks to wait is passed on', async () => {
    const { simulated, karmada } = await startWorld();
    simulated.faults.add({ kind: 'status', code: 429, retryAfterSeconds: 7, where: 'member1' });
    expect((await failureOf(karmada.member('member1').table('RayJob'))).retryAfterSeconds).toBe(7);
  });

  test('a missing object is undefined; a missing cluster never is', async () => {
    const { simulated, karmada } = await startWorld();
    const reference = referenceTo(rayJob('nobody'));
    expect(await karmada.member('member1').get(reference)).toBeUndefined();
    expect((await failureOf(karmada.member('member9').get(reference))).failure).toBe('unknownCluster');
    simulated.faults.add({ kind: 'unknownCluster', where: 'member1' });
    expect((await failureOf(karmada.member('member1').get(reference))).failure).toBe('unknownCluster');
  });

  test('another object or cluster missing under the same path is no missing object', async () => {
    const { karmada } = await startWorld();
    // A cluster that bears the object's name: both 404s name "nobody".
    const reference = { ...referenceTo(rayJob('nobody')) };
    expect((await failureOf(karmada.member('nobody').get(reference))).failure).toBe('unknownCluster');
  });
});

describe('what the control plane fails with', () => {
  test('a write into a missing namespace says so, and nothing else does', async () => {
    const { karmada } = await startWorld();
    expect((await failureOf(karmada.apply(rayJob('a')))).failure).toBe('namespaceMissing');
    await karmada.apply(namespaceObject());
    expect((await karmada.apply(rayJob('a'))).metadata.name).toBe('a');
  });

  test('what can never be accepted is refused, in the words of the server', async () => {
    const { karmada } = await startWorld();
    await karmada.apply(namespaceObject());
    const error = await failureOf(karmada.apply(rayJob('Bad_Name')));
    expect(error).toMatchObject({ failure: 'refused', status: 422, cluster: null });
    expect(error.message).toContain('metadata.name: Invalid value: "Bad_Name"');
  });

  test('a delete of another object of that name is a conflict and deletes nothing', async () => {
    const { karmada } = await startWorld();
    await karmada.apply(namespaceObject());
    const { metadata } = await karmada.apply(rayJob('a'));
    const other = { uid: '00000000-0000-4000-8000-000000000000' };
    expect((await failureOf(karmada.delete(referenceTo(rayJob('a')), other))).failure).toBe('conflict');
    expect((await karmada.get(referenceTo(rayJob('a'))))?.metadata.uid).toBe(metadata.uid);
    expect(await karmada.delete(referenceTo(rayJob('a')), { uid: metadata.uid ?? '' })).toBe(true);
  });

  test('nobody listening is unavailable, and no longer once somebody does', async () => {
    const { simulated, karmada } = await startWorld();
    await simulated.stopListening();
    const error = await failureOf(karmada.clusters());
    expect(error).toMatchObject({ failure: 'unavailable', cluster: null });
    expect(error.message).toContain(simulated.url);
    await simulated.listenAgain();
    expect(await karmada.clusters()).toHaveLength(3);
  });

  test('a lost answer leaves the work done: applying again changes nothing', async () => {
    const { simulated, karmada } = await startWorld();
    await karmada.apply(namespaceObject());
    simulated.faults.add({ kind: 'lostAnswer', where: 'karmada', method: 'PATCH', times: 1 });
    expect((await failureOf(karmada.apply(rayJob('a')))).failure).toBe('unavailable');
    const there = await karmada.get(referenceTo(rayJob('a')));
    expect((await karmada.apply(rayJob('a'))).metadata.resourceVersion).toBe(there?.metadata.resourceVersion);
  });
});

test("the caller's own abort is handed back as it is, at once, and counted as such", async () => {
  const { simulated, karmada, reports } = await startWorld();
  simulated.faults.add({ kind: 'halfOpen', where: 'member1' });
  const reason = new Error('enough');
  const controller = new AbortController();
  const call = karmada.member('member1').table('RayJob', { signal: controller.signal });
  await eventually(() => simulated.requests.count() > 0);
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  expect(reports.at(-1)?.outcome).toBe('aborted');
});

test('names cannot climb out of their path', async () => {
  const { simulated, karmada } = await startWorld();
  for (const name of ['..', '.', '']) {
    const failing: (() => Promise<unknown>)[] = [
      async () => karmada.member(name).table('RayJob'),
      async () => karmada.member('member1').get({ ...referenceTo(rayJob('a')), name }),
      async () => karmada.get({ ...referenceTo(rayJob('a')), namespace: name }),
    ];
    for (const call of failing) {
      expect((await failureOf(call())).failure).toBe('refused');
    }
  }
  expect(simulated.requests.count()).toBe(0);
});

test('a name never becomes another path: a slash in it is refused before anything is sent, the rest is encoded', async () => {
  const asked: string[] = [];
  const kubeconfig = await serverThatSays(404, { 'content-type': 'text/plain' }, '404 page not found', asked);
  const karmada = createKarmada(kubeconfig);
  onTestFinished(() => karmada.close());
  const named = (name: string) => ({ ...referenceTo(rayJob('a')), name });
  await expect(async () => karmada.member('a/b').get(named('x'))).rejects.toThrow('"a/b" is no name');
  for (const name of ['../x', '..', 'a%2fb']) {
    await expect(async () => karmada.member('a').get(named(name))).rejects.toThrow('is no name');
  }
  await failureOf(karmada.member('a').get(named('x?y')));
  const object = `/proxy/apis/ray.io/v1/namespaces/${TEAM}/rayjobs/x%3Fy`;
  expect(asked).toEqual([`/apis/cluster.karmada.io/v1alpha1/clusters/a${object}`]);
});

/** A server that answers each request as told, for what no API server would say. */
async function serverThatSays(
  status: number,
  headers: Record<string, string>,
  body: string,
  asked: string[] = [],
): Promise<Identity> {
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    source: 'test',
    server: url,
    settings: async () => ({
      server: new URL(url),
      proxyUrl: undefined,
      tls: {},
      headers: { authorization: 'Bearer very-secret' },
    }),
    distrust: () => undefined,
  };
}

describe('answers of what is no API server', () => {
  const ask = async (kubeconfig: Identity, maxBytes?: number) => {
    const karmada = createKarmada(kubeconfig, maxBytes === undefined ? {} : { maxBytes });
    onTestFinished(() => karmada.close());
    return failureOf(karmada.get(referenceTo(rayJob('a'))));
  };

  test('a 404 page of HTML is no missing object', async () => {
    const page = await serverThatSays(404, { 'content-type': 'text/html' }, '<html>not here</html>');
    expect(await ask(page)).toMatchObject({ failure: 'garbled', status: 404 });
  });

  test('a kind that is not served is refused, and the words say why; of its objects there are none', async () => {
    const plain = await serverThatSays(404, { 'content-type': 'text/plain' }, '404 page not found\n');
    const karmada = createKarmada(plain);
    const reference = { apiVersion: 'ray.io/v1', kind: 'RayJob', namespace: 'default', name: 'a' };
    try {
      const object = { ...reference, metadata: { name: 'a', namespace: 'default' } };
      const error = await failureOf(karmada.create(object));
      expect(error.failure).toBe('refused');
      expect(error.message).toContain('rayjobs are not served there');
      expect(await karmada.get(reference)).toBeUndefined();
      expect(await karmada.delete(reference)).toBe(false);
    } finally {
      await karmada.close();
    }
  });

  test('an answer beyond the limit is not read to its end, zipped or not', async () => {
    const large = await serverThatSays(200, { 'content-type': 'application/json' }, 'x'.repeat(100_000));
    expect((await ask(large, 10_000)).message).toContain('more than 10000 bytes');
  });

  test('a page of a load balancer is unavailable, and its HTML is not repeated', async () => {
    const page = await serverThatSays(502, { 'content-type': 'text/html' }, '<html>bad gateway</html>');
    const error = await ask(page);
    expect(error.failure).toBe('unavailable');
    expect(error.message).not.toContain('<html>');
  });

  test('no message holds the token', async () => {
    for (const status of [200, 401, 404, 500]) {
      const error = await ask(await serverThatSays(status, { 'content-type': 'text/plain' }, 'no'));
      expect(`${error.message} ${String(error.cause)}`).not.toContain('very-secret');
    }
  });
});
