import { isDeepStrictEqual } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubeObject } from '../synth/synthesize.ts';
import { ApiFailure } from './kube/api.ts';
import type { Objects, Target } from './target.ts';

/** What was deployed once: kept in the cluster for rollback, and as the list of what may have to be removed. */
export interface Revision {
  readonly number: number;
  readonly environment: string;
  /** "applying" too after a deployment that failed or was stopped. */
  readonly state: 'applying' | 'deployed';
  readonly objects: Objects;
}

const STACK = 'mlplatform.io/revision-of';
const NUMBER = 'mlplatform.io/revision';
const STATE = 'mlplatform.io/state';
const ENVIRONMENT = 'mlplatform.io/environment';
const DATA = 'objects.json.gz';
/** As many as helm keeps. */
const KEPT = 10;

interface ConfigMap extends KubeObject {
  binaryData?: Record<string, string>;
}

type Place = Pick<Target, 'management' | 'namespace' | 'stack'>;
const folderOf = ({ namespace }: Place): string => `/api/v1/namespaces/${namespace}/configmaps`;
const nameOf = ({ stack }: Place, number: number): string => `${stack}-revision-${number}`;

/** The newest first. */
export async function readRevisions(place: Place): Promise<Revision[]> {
  const query = { labelSelector: `${STACK}=${place.stack}` };
  const list = await place.management.api.find<{ items: ConfigMap[] }>(folderOf(place), query);
  return (list?.items ?? []).map(parse).sort((a, b) => b.number - a.number);
}

function parse({ binaryData, metadata }: ConfigMap): Revision {
  try {
    const packed = Buffer.from(binaryData?.[DATA] ?? '', 'base64');
    return {
      number: Number(metadata.labels?.[NUMBER]),
      environment: metadata.labels?.[ENVIRONMENT] ?? '',
      state: metadata.labels?.[STATE] === 'deployed' ? 'deployed' : 'applying',
      objects: JSON.parse(gunzipSync(packed).toString()) as Objects,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`ConfigMap ${metadata.name} is no readable revision (${why}): delete it to go on without it`);
  }
}

/** Written before anything is applied, so that whatever happens next is known to be ours. */
export async function writeRevision(
  place: Place,
  revision: Omit<Revision, 'state' | 'number'>,
  earlier: readonly Revision[],
): Promise<Revision> {
  const [newest] = earlier;
  if (newest && newest.environment === revision.environment && isDeepStrictEqual(newest.objects, revision.objects)) {
    return newest;
  }
  const number = (newest?.number ?? 0) + 1;
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: nameOf(place, number),
      labels: {
        [STACK]: place.stack,
        [NUMBER]: String(number),
        [STATE]: 'applying',
        [ENVIRONMENT]: revision.environment,
      },
    },
    binaryData: { [DATA]: gzipSync(JSON.stringify(revision.objects)).toString('base64') },
  };
  try {
    await place.management.api.ask('POST', folderOf(place), { body });
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 409) {
      throw new Error(`revision ${number} is there already: somebody else deploys ${place.stack} right now`);
    }
    throw error;
  }
  return { ...revision, number, state: 'applying' };
}

/** Marks the revision as the one that runs, and forgets the oldest. */
export async function finishRevision(place: Place, done: Revision, earlier: readonly Revision[]): Promise<void> {
  const { api } = place.management;
  if (done.state !== 'deployed') {
    await api.ask('PATCH', `${folderOf(place)}/${nameOf(place, done.number)}`, {
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { [STATE]: 'deployed' } } },
    });
  }
  const others = earlier.filter(({ number }) => number !== done.number);
  for (const { number } of others.slice(KEPT - 1)) await deleteRevision(place, number);
}

export async function deleteRevision(place: Place, number: number): Promise<void> {
  await place.management.api.text('DELETE', `${folderOf(place)}/${nameOf(place, number)}`);
}

/** What a rollback goes to: the last that was deployed before the newest one. */
export function revisionBefore([newest, ...older]: readonly Revision[]): Revision | undefined {
  return older.find(({ state }) => state === 'deployed' && newest !== undefined);
}
