import { chmod, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { createKube } from '../../../service/kube/client.ts';
import { KubeError } from '../../../service/kube/errors.ts';
import { NODE } from '../../../service/kube/kinds.ts';
import { type KubeconfigOptions, loadKubeconfig } from '../../../service/kube/kubeconfig.ts';
import { startWorld, temporaryDirectory } from '../karmada/simulation.ts';
import { createAuthority } from './certificates.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const kubeconfig = (cluster: object, user: object = {}): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'main',
  contexts: [{ name: 'main', context: { cluster: 'karmada', user: 'backend' } }],
  clusters: [{ name: 'karmada', cluster }],
  users: [{ name: 'backend', user }],
});

async function written(content: object | string): Promise<string> {
  const path = join(await temporaryDirectory(), 'kubeconfig');
  await writeFile(path, typeof content === 'string' ? content : stringify(content));
  return path;
}

interface Seen {
  readonly authorization: string | undefined;
  readonly user: string | undefined;
  readonly path: string | undefined;
}

const EMPTY_LIST = JSON.stringify({
  apiVersion: 'v1',
  kind: 'NodeList',
  metadata: {},
  items: [],
});

/** A server that tells who asked, and how many connections it took. */
async function startServer(tls?: ServerOptions) {
  const seen: Seen[] = [];
  let connections = 0;
  let accept: (request: IncomingMessage) => boolean = () => true;
  const listener = (request: IncomingMessage, response: import('node:http').ServerResponse): void => {
    const certificate = (request.socket as TLSSocket).getPeerCertificate?.();
    const user = certificate?.subject?.CN;
    seen.push({ authorization: request.headers.authorization, user: String(user ?? ''), path: request.url });
    response.writeHead(accept(request) ? 200 : 401, { 'content-type': 'application/json' }).end(EMPTY_LIST);
  };
  const server = tls ? createServer(tls, listener) : createHttpServer(listener);
  server.on(tls ? 'secureConnection' : 'connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    connections: () => connections,
    acceptOnly(check: typeof accept) {
      accept = check;
    },
  };
}

async function clientFor(path: string, options: KubeconfigOptions = {}) {
  const kube = createKube(await loadKubeconfig(path, options), { userAgent: 'test' });
  onTestFinished(() => kube.close());
  return { nodes: async () => (await kube.list(NODE)).items };
}

describe('a kubeconfig that cannot be used says what is wrong', () => {
  const server = { server: 'https://127.0.0.1:1' };
  const cases: [string, object | string, RegExp][] = [
    ['no YAML', 'a: [b', /is no YAML/],
    ['empty', '', /is no kubeconfig|Invalid input/],
    ['no current context', { ...kubeconfig(server), 'current-context': undefined }, /current-context/],
    ['current context unknown', { ...kubeconfig(server), 'current-context': 'x' }, /current-context "x" is not among/],
    [
      'cluster unknown',
      { ...kubeconfig(server), clusters: [{ name: 'other', cluster: server }] },
      /names cluster "karmada"/,
    ],
    ['user unknown', { ...kubeconfig(server), users: [] }, /names user "backend"/],
    ['no server', kubeconfig({}), /clusters\.0\.cluster\.server/],
    ['server no URL', kubeconfig({ server: 'somewhere' }), /clusters\.0\.cluster\.server/],
    ['plain http unasked', kubeconfig({ server: 'http://127.0.0.1:1' }), /insecure-skip-tls-verify/],
    ['SOCKS', kubeconfig({ ...server, 'proxy-url': 'socks5://127.0.0.1:1' }), /SOCKS is not supported/],
    [
      'CA file missing',
      kubeconfig({ ...server, 'certificate-authority': 'none.crt' }),
      /none\.crt, which cannot be read/,
    ],
    ['token file missing', kubeconfig(server, { tokenFile: 'none' }), /none, which cannot be read/],
    [
      'CA garbled',
      kubeconfig({
        ...server,
        'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----'),
      }),
      /cannot be used/,
    ],
    [
      'certificate without key',
      kubeconfig(server, { 'client-key-data': base64('-----BEGIN PRIVATE KEY-----\nMIIx\n-----END PRIVATE KEY-----') }),
      /cannot be used/,
    ],
  ];

  test.each(cases)('%s', async (_name, content, words) => {
    const path = await written(content);
    const error = await loadKubeconfig(path).then(
      () => new Error('it was accepted'),
      (reason: Error) => reason,
    );
    expect(error.message).toMatch(words);
    expect(error.message).toContain(path);
  });

  test('no such file', async () => {
    await expect(loadKubeconfig('/nowhere/kubeconfig')).rejects.toThrow('/nowhere/kubeconfig: no such file');
  });

  test('a message about broken YAML does not repeat the keys in the file', async () => {
    const path = await written('users:\n  - token: very-secret\n   bad: [');
    await expect(loadKubeconfig(path)).rejects.not.toThrow('very-secret');
  });
});

describe('the server is shown and checked', () => {
  test('a client certificate, with the CA from the kubeconfig', async () => {
    const authority = await createAuthority();
    const server = await startServer({
      ...authority.server,
      ca: authority.ca,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const client = await authority.client('ml-platform');
    const user = { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) };
    const cluster = { server: `https://127.0.0.1:${server.port}`, 'certificate-authority-data': base64(authority.ca) };
    await (await clientFor(await written(kubeconfig(cluster, user)))).nodes();
    expect(server.seen).toEqual([expect.objectContaining({ user: 'ml-platform' })]);
  });

  test('a server of another authority is refused, unless verification is switched off', async () => {
    const [authority, other] = [await createAuthority(), await createAuthority()];
    const server = await startServer(authority.server);
    const cluster = { server: `https://127.0.0.1:${server.port}`, 'certificate-authority-data': base64(other.ca) };
    const refused = await (await clientFor(await written(kubeconfig(cluster))))
      .nodes()
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(KubeError);
    expect((refused as KubeError).failure).toBe('unavailable');
    const trusting = { server: cluster.server, 'insecure-skip-tls-verify': true };
    expect(await (await clientFor(await written(kubeconfig(trusting)))).nodes()).toEqual([]);
  });

  test('the simulated Karmada over TLS, by the kubeconfig that it writes', async () => {
    const { server, ca } = await createAuthority();
    const { karmada, simulated } = await startWorld({ tls: { ...server, ca } });
    expect(simulated.url).toMatch(/^https:/);
    expect(await karmada.clusters()).toHaveLength(3);
  });

  test('tls-server-name is the name that the certificate must bear', async () => {
    const authority = await createAuthority();
    const server = await startServer(authority.server);
    const cluster = { server: `https://localhost:${server.port}`, 'certificate-authority-data': base64(authority.ca) };
    await expect((await clientFor(await written(kubeconfig(cluster)))).nodes()).rejects.toThrow(/localhost/);
    const named = { ...cluster, 'tls-server-name': 'karmada.example' };
    expect(await (await clientFor(await written(kubeconfig(named)))).nodes()).toEqual([]);
  });

  test('a server under a path, and a proxy before it', async () => {
    const server = await startServer();
    const tunnels: string[] = [];
    const proxy = createHttpServer().on('connect', (request, socket) => {
      tunnels.push(String(request.url));
      const through = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    const cluster = {
      server: `http://karmada.example:${server.port}/k8s/clusters/c-1/`,
      'insecure-skip-tls-verify': true,
      'proxy-url': `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    };
    await (await clientFor(await written(kubeconfig(cluster)))).nodes();
    expect(tunnels).toEqual([`karmada.example:${server.port}`]);
    expect(server.seen[0]?.path).toMatch(/^\/k8s\/clusters\/c-1\/api\/v1\/nodes/);
  });
});

describe('credentials that change', () => {
  const plain = (port: number) => ({ server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true });

  test('connections are kept: many requests, hardly more than one connection', async () => {
    const server = await startServer();
    const client = await clientFor(await written(kubeconfig(plain(server.port), { token: 'a' })));
    for (let i = 0; i < 20; i += 1) await client.nodes();
    // The second is opened when the first has sent its answer but is not yet free again.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('a token file that is swapped, as mounted Secrets are, is used from then on', async () => {
    const server = await startServer();
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'first'), 'token-1\n');
    await writeFile(join(directory, 'second'), 'token-22\n');
    await symlink('first', join(directory, 'token'));
    const path = join(directory, 'kubeconfig');
    await writeFile(path, stringify(kubeconfig(plain(server.port), { tokenFile: 'token' })));
    const client = await clientFor(path, { checkEveryMs: 0 });
    await client.nodes();
    await symlink('second', join(directory, 'token.new'));
    await rename(join(directory, 'token.new'), join(directory, 'token'));
    await client.nodes();
    expect(server.seen.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-22']);
  });

  test('a rotated client certificate is shown on a new connection', async () => {
    const authority = await createAuthority();
    const server = await startServer({
      ...authority.server,
      ca: authority.ca,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const path = await written('');
    const show = async (user: string): Promise<void> => {
      const { cert, key } = await authority.client(user);
      const cluster = {
        server: `https://127.0.0.1:${server.port}`,
        'certificate-authority-data': base64(authority.ca),
      };
      const content = kubeconfig(cluster, { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) });
      await writeFile(`${path}.new`, stringify(content));
      await rename(`${path}.new`, path);
    };
    await show('before');
    const client = await clientFor(path, { checkEveryMs: 0 });
    await client.nodes();
    await show('after');
    await client.nodes();
    expect(server.seen.map(({ user }) => user)).toEqual(['before', 'after']);
    expect(server.connections()).toBe(2);
  });

  test('after a 401 the file is read again at once, without waiting for the next look', async () => {
    const server = await startServer();
    const path = await written(kubeconfig(plain(server.port), { token: 'old' }));
    const client = await clientFor(path, { checkEveryMs: 3_600_000 });
    server.acceptOnly((request) => request.headers.authorization === 'Bearer new');
    await expect(client.nodes()).rejects.toMatchObject({ failure: 'unauthenticated' });
    await writeFile(path, stringify(kubeconfig(plain(server.port), { token: 'new' })));
    expect(await client.nodes()).toEqual([]);
  });

  test('a file that breaks while the service runs changes nothing but a warning', async () => {
    const server = await startServer();
    const path = await written(kubeconfig(plain(server.port), { token: 'a' }));
    const warnings: string[] = [];
    const client = await clientFor(path, { checkEveryMs: 0, onWarning: (message) => warnings.push(message) });
    await writeFile(path, 'half a fi: [');
    for (let i = 0; i < 3; i += 1) expect(await client.nodes()).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('is no YAML')]);
  });

  test('an exec plugin beside the kubeconfig is run, with what the protocol promises it', async () => {
    const server = await startServer();
    const path = await written(
      kubeconfig(plain(server.port), {
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', args: [] },
      }),
    );
    const plugin = join(path, '..', 'plugin');
    const credential =
      '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}';
    await writeFile(
      plugin,
      `#!/bin/sh\ncase "$KUBERNETES_EXEC_INFO" in *ExecCredential*) echo '${credential}';; esac\n`,
    );
    await chmod(plugin, 0o755);
    await (await clientFor(path)).nodes();
    expect(server.seen[0]?.authorization).toBe('Bearer from-plugin');
  });

  test('a plugin that fails is said to fail, and asked again next time', async () => {
    const server = await startServer();
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', args: [] };
    const path = await written(kubeconfig(plain(server.port), { exec }));
    const plugin = join(path, '..', 'plugin');
    await writeFile(plugin, '#!/bin/sh\necho no session >&2; exit 1\n', { mode: 0o755 });
    const client = await clientFor(path);
    await expect(client.nodes()).rejects.toMatchObject({
      failure: 'unauthenticated',
      message: expect.stringContaining('no session'),
    });
    expect(server.seen).toEqual([]);
    await writeFile(plugin, `#!/bin/sh\necho '{"status":{"token":"late"}}'\n`);
    await client.nodes();
    expect(server.seen[0]?.authorization).toBe('Bearer late');
  });
});
