import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { z } from 'zod';
import { stampOf } from './identity.ts';
import { type ConnectionSettings, settingsOf } from './settings.ts';

export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

const entries = <T extends z.ZodType>(key: string, value: T) =>
  z.array(z.looseObject({ name: z.string().min(1), [key]: value })).min(1);

const fileSchema = z.looseObject({
  'current-context': z.string().min(1),
  contexts: entries('context', z.looseObject({ cluster: z.string().min(1) })),
  clusters: entries(
    'cluster',
    z.looseObject({
      server: z.url({ protocol: /^https?$/ }),
      // undici's SOCKS proxy is experimental and takes no CA for the server behind it.
      'proxy-url': z
        .url({ protocol: /^https?$/, error: 'must be http:// or https://; SOCKS is not supported' })
        .optional(),
    }),
  ),
});

interface Entry {
  readonly name: string;
  readonly [key: string]: unknown;
}

/** A kubeconfig that has been read and found usable, and what it looked like on disk. */
interface KubeconfigFile {
  readonly config: KubeConfig;
  readonly files: readonly string[];
  readonly stamp: string;
}

export async function readKubeconfig(path: string, context?: string): Promise<KubeconfigFile> {
  const problem = (what: string): KubeconfigError => new KubeconfigError(`Kubeconfig ${path}: ${what}.`);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw problem(error.code === 'ENOENT' ? 'no such file' : `cannot be read (${error.code})`);
  });
  const document = withContext(parseDocument(text, problem), context);
  const checked = fileSchema.safeParse(document);
  if (!checked.success) throw problem(checked.error.issues.map(issueText).join('; '));
  const { cluster, user } = current(checked.data, problem);
  const directory = dirname(path);
  const config = new KubeConfig();
  try {
    config.loadFromString(JSON.stringify(normalised(checked.data, cluster, user, directory)));
    config.makePathsAbsolute(directory);
  } catch (error) {
    throw problem((error as Error).message);
  }
  const files = [path, ...referencedFiles(config)];
  const loaded = { config, files, stamp: await stampOf(files) };
  await check(config, problem);
  return loaded;
}

/** A context other than the file's own choice. */
const withContext = (document: unknown, context: string | undefined): unknown =>
  context === undefined || typeof document !== 'object' ? document : { ...document, 'current-context': context };

function parseDocument(text: string, problem: (what: string) => KubeconfigError): unknown {
  try {
    return parse(text);
  } catch (error) {
    // Only the first line: what follows quotes the file, which holds keys.
    throw problem(`is no YAML: ${(error as Error).message.split('\n')[0]}`);
  }
}

const issueText = (issue: z.core.$ZodIssue): string =>
  issue.path.length === 0 ? 'is no kubeconfig' : `${issue.path.join('.')}: ${issue.message}`;

function current(
  file: z.infer<typeof fileSchema>,
  problem: (what: string) => KubeconfigError,
): { cluster: Entry; user: Entry } {
  const contextName = file['current-context'];
  const find = (entries: unknown, name: unknown): Entry | undefined =>
    Array.isArray(entries) ? entries.find((entry) => entry?.name === name) : undefined;
  const context = find(file.contexts, contextName)?.context as { cluster: string; user?: string } | undefined;
  if (!context) throw problem(`current-context "${contextName}" is not among its contexts`);
  const cluster = find(file.clusters, context.cluster);
  if (!cluster)
    throw problem(`context "${contextName}" names cluster "${context.cluster}", which is not among its clusters`);
  const user = context.user ? find(file.users, context.user) : { name: 'nobody', user: {} };
  if (!user) throw problem(`context "${contextName}" names user "${context.user}", which is not among its users`);
  return { cluster, user };
}

/** The current context alone, in the spelling that client-node 2.0.1 understands. */
function normalised(file: z.infer<typeof fileSchema>, cluster: Entry, user: Entry, directory: string): object {
  const context = { cluster: cluster.name, user: user.name };
  const given = (user.user ?? {}) as Record<string, unknown>;
  return {
    'current-context': file['current-context'],
    contexts: [{ name: file['current-context'], context }],
    clusters: [cluster],
    users: [{ name: user.name, user: { ...given, ...tokenFile(given, directory), ...execPlugin(given, directory) } }],
  };
}

/** client-node does not know `tokenFile` of a kubeconfig; its own provider of that name reads the file every minute. */
function tokenFile(user: Record<string, unknown>, directory: string): object {
  if (typeof user.tokenFile !== 'string') return {};
  return { 'auth-provider': { name: 'tokenFile', config: { tokenFile: absolute(directory, user.tokenFile) } } };
}

/** A plugin beside the kubeconfig is run from there; KUBERNETES_EXEC_INFO is what the exec protocol promises plugins. */
function execPlugin(user: Record<string, unknown>, directory: string): object {
  const exec = user.exec as { command?: unknown; apiVersion?: unknown; env?: unknown } | undefined;
  if (typeof exec?.command !== 'string') return {};
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const env = Array.isArray(exec.env) ? exec.env : [];
  return {
    exec: {
      ...exec,
      command: exec.command.includes('/') ? absolute(directory, exec.command) : exec.command,
      env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }],
    },
  };
}

const absolute = (directory: string, file: string): string => (isAbsolute(file) ? file : join(directory, file));

function referencedFiles(config: KubeConfig): string[] {
  const user = config.getCurrentUser();
  const provider: { config?: { tokenFile?: unknown } } | undefined = user?.authProvider ?? undefined;
  return [config.getCurrentCluster()?.caFile, user?.certFile, user?.keyFile, provider?.config?.tokenFile].filter(
    (file): file is string => typeof file === 'string',
  );
}

/** What can be told without a request: files that are named exist, and certificate and key fit. Plugins are not run. */
async function check(config: KubeConfig, problem: (what: string) => KubeconfigError): Promise<void> {
  const cluster = config.getCurrentCluster();
  if (cluster?.server.startsWith('http:') && !cluster.skipTLSVerify) {
    throw problem(
      'server is http://, where credentials travel in the clear: say insecure-skip-tls-verify: true to allow it',
    );
  }
  for (const file of referencedFiles(config)) {
    await readFile(file).catch((error: NodeJS.ErrnoException) => {
      throw problem(`names the file ${file}, which cannot be read (${error.code})`);
    });
  }
  if (config.getCurrentUser()?.exec) return;
  const { tls } = await settingsOf(config);
  try {
    createSecureContext(tls);
    // OpenSSL passes over an authority that it cannot read, and then trusts nobody.
    for (const certificate of certificatesIn(tls.ca)) new X509Certificate(certificate);
  } catch (error) {
    throw problem(
      `its certificate-authority, client-certificate or client-key cannot be used: ${(error as Error).message}`,
    );
  }
}

function certificatesIn(ca: ConnectionSettings['tls']['ca']): string[] {
  if (ca === undefined) return [];
  const certificates = String(ca).match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (!certificates) throw new Error('no certificate in certificate-authority');
  return certificates;
}
