import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createKube } from '../../../service/kube/client.ts';
import { loadServiceAccount, ownNamespace } from '../../../service/kube/service-account.ts';
import { createAuthority } from './certificates.ts';

/** As the kubelet mounts it. */
async function mounted(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'service-account-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  return directory;
}

const env = (port: number) => ({ KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) });

test('the token, the authority and the address are those of the pod, and a token that was swapped is used from then on', async () => {
  const { ca, server: certificate } = await createAuthority();
  const seen: (string | undefined)[] = [];
  const server = createServer(certificate, (request, response) => {
    seen.push(request.headers.authorization);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const directory = await mounted({ first: 'token-1\n', second: 'token-22', 'ca.crt': ca, namespace: 'team' });
  await symlink('first', join(directory, 'token'));
  const { port } = server.address() as AddressInfo;
  const identity = await loadServiceAccount({ directory, env: env(port), checkEveryMs: 0 });
  const kube = createKube(identity, { userAgent: 'test' });
  onTestFinished(async () => {
    await kube.close();
    server.closeAllConnections();
    server.close();
  });
  await kube.document('/version');
  await symlink('second', join(directory, 'new'));
  await rename(join(directory, 'new'), join(directory, 'token'));
  await kube.document('/version');
  expect(seen).toEqual(['Bearer token-1', 'Bearer token-22']);
  expect(identity.server).toBe(`https://127.0.0.1:${port}`);
  expect(await ownNamespace(directory)).toBe('team');
});

test('an address of IPv6 is one', async () => {
  const directory = await mounted({ token: 't', 'ca.crt': 'c' });
  const variables = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  expect((await loadServiceAccount({ directory, env: variables })).server).toBe('https://[fd00::1]');
});

test('what is no pod, or a pod without a token, is told with what to do', async () => {
  await expect(loadServiceAccount({ env: {} })).rejects.toThrow('name a kubeconfig');
  const without = await mounted({ 'ca.crt': 'c' });
  await expect(loadServiceAccount({ directory: without, env: env(1) })).rejects.toThrow('automountServiceAccountToken');
  const empty = await mounted({ token: '\n', 'ca.crt': 'c' });
  await expect(loadServiceAccount({ directory: empty, env: env(1) })).rejects.toThrow('is empty');
});
