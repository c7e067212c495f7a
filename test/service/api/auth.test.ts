import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { smallJob, startWorld, temporaryFile, until, type World } from './world.ts';

const entry = (name: string, role: string, namespaces: string[]) => ({
  name,
  role,
  namespaces,
  sha256: createHash('sha256').update(`${name}-token`).digest('hex'),
});
const ENTRIES = [
  entry('viewer-a', 'viewer', ['team-a']),
  entry('submitter-a', 'submitter', ['team-a']),
  entry('submitter-b', 'submitter', ['team-b']),
  entry('admin', 'admin', ['*']),
];

/** Every operation of the document, with a job of team-a put in. */
async function operations(world: World, jobId: string) {
  const { body } = await world.call('/openapi.json');
  return Object.entries(
    body.paths as Record<string, Record<string, { security?: unknown[]; description?: string }>>,
  ).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path
        .replace('{id}', jobId)
        .replace('{cluster}', 'member1')
        .replace(/\/file$/, '/file?name=result.json'),
      open: operation.security?.length === 0,
      role: /Role: (\w+)/.exec(operation.description ?? '')?.[1],
    })),
  );
}

describe('tokens', () => {
  let world: World;
  let file: Awaited<ReturnType<typeof temporaryFile>>;
  let job: { id: string };
  const submit = async (token: string, namespace: string) =>
    await world.call('/api/v1/jobs', { body: smallJob({ namespace }), token });

  beforeAll(async () => {
    file = await temporaryFile(stringify(ENTRIES));
    world = await startWorld({ environment: { AUTH_TOKENS_FILE: file.path, HOST: '127.0.0.1' } });
    job = (await submit('submitter-a-token', 'team-a')).body;
    await submit('submitter-b-token', 'team-b');
  });
  afterAll(async () => {
    await world.close();
    await file.remove();
  });

  test('every operation asks for a token but those about the service itself', async () => {
    const all = await operations(world, job.id);
    expect(all.filter(({ open }) => open).map(({ path }) => path)).toEqual(['/health', '/ready', '/api/v1/auth']);
    for (const { method, path, open } of all) {
      const attempts: Record<string, string>[] = [
        {},
        { Authorization: 'Bearer wrong' },
        { Authorization: 'Basic YTpi' },
        { Authorization: 'Bearer ' },
      ];
      for (const headers of attempts) {
        const answer = await world.call(path, { method, headers });
        expect([method, path, answer.status]).toEqual([method, path, open ? 200 : 401]);
        if (!open) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
    }
  });

  test('a viewer reads and changes nothing', async () => {
    const all = await operations(world, job.id);
    const refused = all.filter(({ role }) => role === 'submitter');
    expect(refused.map(({ method, path }) => `${method} ${path.replace(job.id, '')}`).sort()).toEqual([
      'DELETE /api/v1/jobs/',
      'POST /api/v1/actions',
      'POST /api/v1/jobs',
      'POST /api/v1/jobs//cancel',
      'POST /api/v1/jobs//priority',
      'POST /api/v1/jobs//resume',
      'POST /api/v1/jobs//retry',
      'POST /api/v1/jobs//suspend',
      'POST /api/v1/workdirs',
    ]);
    for (const { method, path } of refused) {
      const body = method === 'POST' ? smallJob({ namespace: 'team-a' }) : undefined;
      expect((await world.call(path, { method, body, token: 'viewer-a-token' })).status).toBe(403);
    }
    expect((await world.call(`/api/v1/jobs/${job.id}`, { token: 'viewer-a-token' })).status).toBe(200);
    expect((await world.call(`/api/v1/jobs/${job.id}`, { token: 'admin-token' })).body.wanted).toBe('run');
  });

  test('a job of another namespace does not exist, by whatever path', async () => {
    const all = (await operations(world, job.id)).filter(({ path }) => path.includes(job.id));
    expect(all.length).toBeGreaterThan(8);
    for (const { method, path } of all) {
      const body = method === 'POST' ? { priority: 1 } : undefined;
      const answer = await world.call(path, { method, body, token: 'submitter-b-token' });
      expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
    expect((await submit('submitter-b-token', 'team-a')).status).toBe(403);
  });

  test('lists, counts and the look into members end at the namespaces of the caller', async () => {
    const namespaces = async (token: string, query = '') =>
      (await world.call(`/api/v1/jobs${query}`, { token })).body.map((one: { namespace: string }) => one.namespace);
    expect(await namespaces('submitter-b-token')).toEqual(['team-b']);
    expect(await namespaces('submitter-b-token', '?namespace=team-a')).toEqual([]);
    expect((await namespaces('admin-token')).sort()).toEqual(['team-a', 'team-b']);
    expect((await world.call('/api/v1/summary', { token: 'viewer-a-token' })).body.total).toBe(1);
    const { teams } = (await world.call('/api/v1/teams', { token: 'viewer-a-token' })).body;
    expect(teams.map((team: { namespace: string }) => team.namespace)).toEqual(['team-a']);
    expect((await world.call('/api/v1/summary', { token: 'admin-token' })).body.total).toBe(2);
    // Of each cluster, too: all members together have as many as the caller may see.
    const jobsInClusters = async (token: string) => {
      const { body } = await world.call('/api/v1/proxy/clusters', { token });
      const counts = (body.clusters as { jobs: Record<string, number> }[]).flatMap(({ jobs }) => Object.values(jobs));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    await until(async () => (await jobsInClusters('admin-token')) === 2, 'both jobs are in a cluster');
    expect(await jobsInClusters('viewer-a-token')).toBe(1);
    const look = async (token: string, query: string) =>
      (await world.call(`/api/v1/proxy/clusters/member1/resources?${query}`, { token })).status;
    expect(await look('viewer-a-token', 'namespace=team-a')).toBe(200);
    expect(await look('viewer-a-token', 'namespace=team-b')).toBe(403);
    expect(await look('viewer-a-token', 'namespace=*')).toBe(403);
    expect(await look('viewer-a-token', 'type=nodes')).toBe(403);
    expect(await look('admin-token', 'type=nodes')).toBe(200);
  });

  test('an idempotency key belongs to its caller', async () => {
    const post = (token: string, namespace: string) =>
      world.call('/api/v1/jobs', { body: smallJob({ namespace }), token, headers: { 'Idempotency-Key': 'shared' } });
    const [a, b] = [await post('submitter-a-token', 'team-a'), await post('submitter-b-token', 'team-b')];
    expect([a.status, b.status]).toEqual([201, 201]);
    expect(a.body.id).not.toBe(b.body.id);
  });

  test('the file is read again when it changes, and a broken edit changes nothing', async () => {
    const statusOf = async (token: string) => (await world.call('/api/v1/me', { token })).status;
    await writeFile(file.path, stringify([...ENTRIES, entry('newcomer', 'viewer', ['team-a'])]));
    await until(async () => (await statusOf('newcomer-token')) === 200, 'the new token is known');
    await writeFile(file.path, '- name: broken');
    await until(async () => world.logged.some((line) => line.includes('Access file is broken')), 'the mistake is told');
    expect(await statusOf('newcomer-token')).toBe(200);
    await writeFile(file.path, stringify(ENTRIES));
    await until(async () => (await statusOf('newcomer-token')) === 401, 'the token is withdrawn');
  });

  test('no token is ever logged', () => {
    expect(world.logged.length).toBeGreaterThan(20);
    expect(world.logged.join('\n')).not.toMatch(/-token|Bearer/);
  });

  test('a caller who asks too much is told to wait, and the others are not', async () => {
    const limited = await startWorld({ environment: { AUTH_TOKENS_FILE: file.path, RATE_LIMIT_PER_MINUTE: '3' } });
    try {
      const statuses = [];
      for (let index = 0; index < 4; index++) statuses.push(await limited.call('/api/v1/me', { token: 'admin-token' }));
      expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
      expect(Number(statuses[3]?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(statuses[0]?.headers.get('ratelimit-remaining')).toBe('2');
      expect((await limited.call('/api/v1/me', { token: 'viewer-a-token' })).status).toBe(200);
      expect((await limited.call('/health')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});

describe('OpenID Connect', () => {
  let world: World;
  let issuer: Awaited<ReturnType<typeof startIssuer>>;
  let roles: Awaited<ReturnType<typeof temporaryFile>>;

  beforeAll(async () => {
    issuer = await startIssuer();
    roles = await temporaryFile(
      stringify([
        { group: 'ml', role: 'submitter', namespaces: ['team-a'] },
        { group: 'cops', role: 'submitter', namespaces: ['team-c'] },
        { group: 'auditors', role: 'viewer', namespaces: ['*'] },
      ]),
    );
    world = await startWorld({
      environment: {
        OIDC_ISSUER: issuer.url,
        OIDC_AUDIENCE: 'ml-platform',
        OIDC_CLIENT_ID: 'page',
        OIDC_ROLES_FILE: roles.path,
        HOST: '127.0.0.1',
      },
    });
  });
  afterAll(async () => {
    await world.close();
    await roles.remove();
    issuer.close();
  });
  const me = async (token: string) => await world.call('/api/v1/me', { token });

  test('the page learns where to sign in, and nothing secret', async () => {
    expect((await world.call('/api/v1/auth')).body).toEqual({
      mode: 'oidc',
      issuer: issuer.url,
      clientId: 'page',
      audience: 'ml-platform',
    });
  });

  test('groups give roles, each in its own namespaces', async () => {
    const { body } = await me(await issuer.token({ groups: ['ml', 'auditors'], preferred_username: 'ann' }));
    expect(body).toMatchObject({ name: 'ann', role: 'submitter', namespaces: null });
    const token = await issuer.token({ groups: ['ml', 'auditors'] });
    const submit = (namespace: string, by = token) =>
      world.call('/api/v1/jobs', { body: smallJob({ namespace }), token: by });
    await submit('team-c', await issuer.token({ groups: ['cops'] }));
    expect((await submit('team-a')).status).toBe(201);
    expect((await submit('team-b')).status).toBe(403);
    const ofOthers = (await world.database.query<{ id: string }>("select id from job where namespace = 'team-c'"))[0];
    const acted = await world.call('/api/v1/actions', { body: { action: 'cancel', ids: [ofOthers?.id] }, token });
    expect(acted.body.outcomes).toMatchObject([
      { outcome: 'forbidden', detail: expect.stringMatching(/submitter.*team-c/) },
    ]);
    expect((await me(await issuer.token({ groups: ['cooks'] }))).status).toBe(403);
    expect((await me(await issuer.token({}))).status).toBe(403);
  });

  test('a clock that is a little off is forgiven', async () => {
    const now = Math.floor(Date.now() / 1000);
    expect((await me(await issuer.token({ groups: ['ml'] }, { exp: now - 10 }))).status).toBe(200);
    expect((await me(await issuer.token({ groups: ['ml'] }, { exp: now - 60 }))).status).toBe(401);
  });

  test.for<[string, (claims: JWTPayload) => Promise<string>]>([
    ['another audience', (claims) => issuer.token(claims, { aud: 'other' })],
    ['another issuer', (claims) => issuer.token(claims, { iss: 'https://evil.example' })],
    [
      'a key that is not the issuer’s',
      async (claims) => issuer.token(claims, { key: (await generateKeyPair('RS256')).privateKey }),
    ],
    [
      'no signature',
      async (claims) =>
        `${encode({ alg: 'none' })}.${encode({ ...claims, iss: issuer.url, aud: 'ml-platform', sub: 'x', exp: 4e9 })}.`,
    ],
    ['a signature made with the public key as a password', (claims) => issuer.hs256(claims)],
    ['no expiry', (claims) => issuer.token(claims, { exp: null })],
  ])('a token with %s proves nothing', async ([, make]) => {
    expect((await me(await make({ groups: ['ml'] }))).status).toBe(401);
  });

  test('a name is shown without what cannot be shown or stored; a subject like that proves nothing', async () => {
    const named = (preferred_username: string) => issuer.token({ groups: ['ml'], preferred_username });
    const job = await world.call('/api/v1/jobs', {
      body: smallJob({ namespace: 'team-a' }),
      token: await named('a\0n\nn'),
    });
    expect(job).toMatchObject({ status: 201, body: { createdBy: 'ann' } });
    const cancelled = await world.call(`/api/v1/jobs/${job.body.id}/cancel`, {
      method: 'POST',
      token: await named('\0'),
    });
    expect(cancelled).toMatchObject({ status: 202, body: { message: expect.stringContaining('asked for by u-1') } });
    expect((await me(await issuer.token({ groups: ['ml'] }, { sub: 'u\0' }))).status).toBe(401);
  });

  test('a rotated key is found', async () => {
    await issuer.rotate();
    // The key set is not asked for again within its cooldown, so that unknown keys cannot be used to flood the issuer.
    const token = await issuer.token({ groups: ['ml'] });
    await until(async () => (await me(token)).status === 200, 'the new key is fetched');
  });

  test('an issuer that does not answer is no reason to call the token wrong', async () => {
    const lonely = await startWorld({
      environment: { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_AUDIENCE: 'a', OIDC_ROLES_FILE: roles.path },
    });
    try {
      const answer = await lonely.call('/api/v1/me', { token: await issuer.token({ groups: ['ml'] }) });
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBeTruthy();
    } finally {
      await lonely.close();
    }
  });
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A small OpenID Connect provider: discovery, keys, tokens. */
async function startIssuer() {
  let keyId = 1;
  let pair = await generateKeyPair('RS256', { extractable: true });
  const server: Server = createServer(async (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    if (request.url === '/.well-known/openid-configuration')
      response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }));
    else if (request.url === '/keys') {
      const key = await exportJWK(pair.publicKey);
      response.end(JSON.stringify({ keys: [{ ...key, kid: String(keyId), alg: 'RS256', use: 'sig' }] }));
    } else response.writeHead(404).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  interface Other {
    exp?: number | null;
    aud?: string;
    iss?: string;
    sub?: string;
    key?: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  }
  return {
    url,
    async token(
      claims: JWTPayload,
      { exp, aud = 'ml-platform', iss = url, sub = 'u-1', key = pair.privateKey }: Other = {},
    ) {
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: String(keyId) });
      jwt.setIssuer(iss).setAudience(aud).setSubject(sub).setIssuedAt();
      if (exp !== null) jwt.setExpirationTime(exp ?? '5m');
      return await jwt.sign(key);
    },
    async hs256(claims: JWTPayload) {
      const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(pair.publicKey)));
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: String(keyId) });
      return await jwt.setIssuer(url).setAudience('ml-platform').setSubject('u-1').setExpirationTime('5m').sign(secret);
    },
    async rotate() {
      pair = await generateKeyPair('RS256', { extractable: true });
      keyId++;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
