import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createIdentity, type Identity, type IdentityOptions, type LoadedCredentials, stampOf } from './identity.ts';

/** Where Kubernetes mounts a pod's token, authority and namespace. */
const DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

class NotInClusterError extends Error {
  override readonly name = 'NotInClusterError';
}

interface ServiceAccountOptions extends IdentityOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
}

/** The identity of the pod that we run in. Its token lives for an hour, and the kubelet swaps it well before. */
export function loadServiceAccount({
  directory = DIRECTORY,
  env = process.env,
  ...options
}: ServiceAccountOptions = {}): Promise<Identity> {
  const source = `the service account in ${directory}`;
  return createIdentity(source, () => read(serverOf(env), directory), options);
}

/** The namespace of the pod that we run in. */
export const ownNamespace = (directory = DIRECTORY): Promise<string> => readMounted(join(directory, 'namespace'));

function serverOf({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }: NodeJS.ProcessEnv): URL {
  if (!host || !port) {
    throw new NotInClusterError(
      'This is no pod of a cluster (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set): name a kubeconfig.',
    );
  }
  return new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
}

async function read(server: URL, directory: string): Promise<LoadedCredentials> {
  const files = [join(directory, 'token'), join(directory, 'ca.crt')] as const;
  // The stamp first: a file that is swapped while it is read is read again.
  const stamp = await stampOf(files);
  const [token, ca] = await Promise.all(files.map(readMounted));
  const settings = { server, proxyUrl: undefined, tls: { ca }, headers: { authorization: `Bearer ${token}` } };
  return { server, files, stamp, settings: async () => settings };
}

async function readMounted(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new NotInClusterError(
      `${file} cannot be read (${error.code}): does the pod mount its service account's token (automountServiceAccountToken)?`,
    );
  });
  if (text.trim() === '') throw new NotInClusterError(`${file} is empty.`);
  return text.trim();
}
