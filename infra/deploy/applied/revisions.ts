import { gunzipSync } from 'node:zlib';
import { CONFIG_MAP } from '../../../service/kube/kinds.ts';
import { INSTANCE } from '../../constructs/labels.ts';
import { StepFailure } from '../failure.ts';
import { keyOf } from '../kube/objects.ts';
import type { Objects, Target } from '../target.ts';
import { type AppliedRecord, type Deployed, NOTHING_APPLIED, unique } from './record.ts';

// Before 0.2 each deployment was a ConfigMap of its own, the last ten of them. What they tell goes into the record of
// today, and with the first deployment they are deleted. To be removed with 1.0.

export interface Revision {
  readonly name: string;
  readonly number: number;
  readonly isDeployed: boolean;
  readonly deployed: Deployed;
}

interface ConfigMap {
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly binaryData?: Readonly<Record<string, string>>;
}

type Place = Pick<Target, 'instance' | 'management' | 'namespace' | 'stack'>;

/** The newest first. */
export async function readRevisions(place: Place): Promise<Revision[]> {
  const query = { namespace: place.namespace, labelSelector: `mlplatform.io/revision-of=${place.stack}` };
  const { items } = await place.management.kube.list(CONFIG_MAP, query);
  return (items as readonly ConfigMap[])
    .map(parse)
    .filter(({ deployed }) => instanceIn(deployed.objects) === place.instance)
    .sort((a, b) => b.number - a.number);
}

/** Two installations in one namespace were told apart by their objects alone. */
const instanceIn = ({ platform }: Objects): string | undefined =>
  platform.find(({ kind }) => kind !== 'Namespace')?.metadata.labels?.[INSTANCE];

function parse({ binaryData, metadata }: ConfigMap): Revision {
  const { creationTimestamp = '', labels = {}, name } = metadata;
  try {
    const packed = Buffer.from(binaryData?.['objects.json.gz'] ?? '', 'base64');
    const objects = JSON.parse(gunzipSync(packed).toString()) as Objects;
    return {
      name,
      number: Number(labels['mlplatform.io/revision']),
      isDeployed: labels['mlplatform.io/state'] === 'deployed',
      deployed: { environment: labels['mlplatform.io/environment'] ?? '', at: creationTimestamp, objects },
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StepFailure(`ConfigMap ${name} is no readable revision (${why}): delete it to go on without it`);
  }
}

export function recordOf(revisions: readonly Revision[]): AppliedRecord {
  const [newest] = revisions;
  if (!newest) return NOTHING_APPLIED;
  const [deployed, before] = revisions.filter(({ isDeployed }) => isDeployed).map((each) => each.deployed);
  const all = (part: keyof Objects) =>
    unique(revisions.flatMap((each) => each.deployed.objects[part].map((object) => keyOf(object))));
  return {
    applied: { platform: all('platform'), karmada: all('karmada') },
    ...(!newest.isDeployed && { begun: newest.name }),
    ...(deployed && { deployed }),
    ...(before && { before }),
  };
}

export async function deleteRevision({ management, namespace }: Place, { name }: Revision): Promise<void> {
  await management.kube.delete(CONFIG_MAP, { namespace, name });
}
