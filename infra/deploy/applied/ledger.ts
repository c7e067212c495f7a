import { isDeepStrictEqual } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { KubeError } from '../../../service/kube/errors.ts';
import { CONFIG_MAP } from '../../../service/kube/kinds.ts';
import type { KubeObject } from '../../../service/kube/kube.ts';
import { StepFailure } from '../failure.ts';
import type { Target } from '../target.ts';
import { type Parent, parentMetadata, readScope, type Scope, scopeOf, union } from './apply-set.ts';
import { type AppliedRecord, NOTHING_APPLIED } from './record.ts';
import { deleteRevision, type Revision, readRevisions, recordOf } from './revisions.ts';

// The record lies in the cluster, in the ConfigMap that is the parent of the installation's ApplySet. It holds
// manifests, and no secret.

/** The record as it was read, with what it takes to write it. */
export interface Ledger {
  readonly record: AppliedRecord;
  /** Of the ApplySet's members, as its parent tells. */
  readonly scope: Scope;
  /** Of the parent as it was read; undefined: there is none yet. */
  readonly version: string | undefined;
  /** Records of releases before the ApplySet, which this one takes the place of. */
  readonly revisions: readonly Revision[];
}

export const NO_LEDGER: Ledger = {
  record: NOTHING_APPLIED,
  scope: { kinds: [], namespaces: [] },
  version: undefined,
  revisions: [],
};

type Place = Pick<Target, 'instance' | 'management' | 'namespace' | 'parent' | 'stack'>;

interface ConfigMap extends Parent {
  readonly binaryData?: Readonly<Record<string, string>>;
}

const KEY = 'record.json.gz';

export async function readLedger(place: Place): Promise<Ledger> {
  const [parent, revisions] = await Promise.all([
    place.management.kube.get(CONFIG_MAP, place.parent) as Promise<ConfigMap | undefined>,
    readRevisions(place),
  ]);
  return {
    record: parent ? recordIn(parent) : recordOf(revisions),
    scope: readScope(parent, place.parent),
    version: parent?.metadata.resourceVersion,
    revisions,
  };
}

function recordIn({ binaryData, metadata }: ConfigMap): AppliedRecord {
  const packed = binaryData?.[KEY];
  // Made by kubectl, which keeps no record but the set itself.
  if (packed === undefined) return NOTHING_APPLIED;
  try {
    return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as AppliedRecord;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StepFailure(
      `ConfigMap ${metadata.name}: its record cannot be read (${why}); delete its key ${KEY} to go on without a rollback`,
    );
  }
}

/**
 * Writes the record, unless it says the same already. Until what is outdated is pruned, the set's scope only grows:
 * whatever is interrupted, no member is lost from sight (as kubectl does it).
 */
export async function writeLedger(
  place: Place,
  ledger: Ledger,
  record: AppliedRecord,
  isPruned: boolean,
): Promise<Ledger> {
  const own = scopeOf(record.applied.platform, place.parent);
  const scope = isPruned ? own : union(ledger.scope, own);
  const isSame = isDeepStrictEqual([record, scope], [ledger.record, ledger.scope]);
  const version = isSame && ledger.version !== undefined ? ledger.version : await write(place, ledger, record, scope);
  for (const revision of ledger.revisions) await deleteRevision(place, revision);
  return { record, scope, version, revisions: [] };
}

async function write(place: Place, { version }: Ledger, record: AppliedRecord, scope: Scope): Promise<string> {
  const { kube } = place.management;
  const metadata = parentMetadata(place.parent, scope);
  const binaryData = { [KEY]: gzipSync(JSON.stringify(record)).toString('base64') };
  try {
    const written =
      version === undefined
        ? await kube.create(CONFIG_MAP, { apiVersion: 'v1', kind: 'ConfigMap', metadata, binaryData } as KubeObject)
        : await kube.patch(CONFIG_MAP, place.parent, {
            metadata: { ...metadata, resourceVersion: version },
            binaryData,
          });
    return written?.metadata.resourceVersion ?? '';
  } catch (error) {
    if (!(error instanceof KubeError) || error.failure !== 'conflict') throw error;
    throw new StepFailure(`the record was written by somebody else meanwhile: who deploys ${place.stack} right now?`);
  }
}

export async function deleteLedger(place: Place, { revisions }: Ledger): Promise<void> {
  await place.management.kube.delete(CONFIG_MAP, place.parent);
  for (const revision of revisions) await deleteRevision(place, revision);
}
