import { gunzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../synth/synthesize.ts';
import type { Cluster } from '../kube/cluster.ts';

/** One revision of a release, as helm keeps it in a Secret. */
export interface Release {
  readonly secret: string;
  readonly revision: number;
  readonly status: string;
  /** When helm last wrote it, in ms since 1970. */
  readonly changedAt: number;
  /** What it installed, its hooks too, but for its tests. */
  readonly objects: readonly KubeObject[];
}

interface Stored {
  readonly manifest?: string;
  readonly hooks?: readonly { readonly manifest: string; readonly events?: readonly string[] }[];
}

interface Secret {
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly data?: { readonly release?: string };
}

const folderOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`;

/** The newest first; none where the namespace is not there. */
export async function readReleases({ api }: Pick<Cluster, 'api'>, namespace: string, name: string): Promise<Release[]> {
  const query = { labelSelector: `owner=helm,name=${name}` };
  const list = await api.find<{ items: Secret[] }>(folderOf(namespace), query);
  return (list?.items ?? []).map(parse).sort((a, b) => b.revision - a.revision);
}

function parse({ data, metadata }: Secret): Release {
  const { createdAt, modifiedAt, status = '', version } = metadata.labels ?? {};
  const seconds = Number(modifiedAt ?? createdAt);
  try {
    // Base64 of the Secret around helm's own.
    const packed = Buffer.from(Buffer.from(data?.release ?? '', 'base64').toString(), 'base64');
    const stored = JSON.parse(gunzipSync(packed).toString()) as Stored;
    return {
      secret: metadata.name,
      revision: Number(version),
      status,
      changedAt: Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(metadata.creationTimestamp ?? ''),
      objects: objectsOf(stored),
    };
  } catch (error) {
    throw new Error(`Secret ${metadata.name} holds no release that we can read: ${(error as Error).message}`);
  }
}

export function objectsOf({ hooks = [], manifest = '' }: Stored): KubeObject[] {
  const installed = hooks.filter(({ events = [] }) =>
    events.some((event) => !/^(test|delete|pre-delete|post-delete)/.test(event)),
  );
  return [manifest, ...installed.map((hook) => hook.manifest)].flatMap(objectsIn);
}

/** As helm reads its own templates: YAML 1.1. */
function objectsIn(text: string): KubeObject[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const object = document.toJS() as KubeObject | null;
    return object ? [object] : [];
  });
}

/** helm forgets the release; what it installed stays. */
export async function forgetRelease({ api }: Pick<Cluster, 'api'>, namespace: string, releases: readonly Release[]) {
  for (const { secret } of releases) await api.text('DELETE', `${folderOf(namespace)}/${secret}`);
}

/** What runs now, or ran last. */
export const current = (releases: readonly Release[]): Release | undefined =>
  releases.find(({ status }) => status === 'deployed') ?? releases[0];

/** Left by a helm that was killed, or another that is at work. */
export const isPending = ({ status }: Release): boolean => status.startsWith('pending-') || status === 'uninstalling';
