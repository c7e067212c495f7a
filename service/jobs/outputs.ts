import { dataSourceOf } from './data-source.ts';
import { resultsDirectoryOf } from './environment.ts';
import type { Job } from './job.ts';
import { claimName } from './manifests/volume.ts';

// Where a job leaves what it made: in a folder named by its id, below its artifactUri. The training programs of the built-in algorithms
// do so (service/trainers/mlplatform/results.py reads addresses the same way), and images of one's own are told the id to do the same.

export type OutputPlace =
  | {
      readonly kind: 'bucket';
      /** As the job is told; empty: Amazon's. */
      readonly endpoint: string;
      readonly bucket: string;
      /** Ends with a slash. */
      readonly folder: string;
      readonly uri: string;
    }
  | {
      readonly kind: 'volume';
      readonly claim: string;
      /** On that volume. */
      readonly folder: string;
      readonly uri: string;
    }
  /** Nowhere that anybody but the job's own container knows. */
  | { readonly kind: 'container'; readonly uri: string };

/** As the training programs know object storages. */
const BUCKET = /^(?:s3|s3a|s3n|storage|minio|gs):\/\/([^/]+)(?:\/(.*))?$/i;
const DEFAULT_FOLDER = 'artifacts';

export function outputPlaceOf(
  job: Pick<Job, 'id' | 'objectName' | 'request' | 'namespace'> & Parameters<typeof claimName>[0],
): OutputPlace {
  const { id, request } = job;
  const address = request.outputDataConfig.artifactUri ?? '';
  const [, bucket, key = ''] = BUCKET.exec(address) ?? [];
  if (bucket !== undefined) {
    const folder = `${partsOf(key).concat(id).join('/')}/`;
    const { endpoint } = dataSourceOf(request.inputDataConfig);
    return { kind: 'bucket', endpoint, bucket, folder, uri: `s3://${bucket}/${folder}` };
  }
  const root = partsOf(resultsDirectoryOf(request));
  const path = pathOf(address, root);
  if (path === undefined) return { kind: 'container', uri: address };
  const uri = `file:///${path.concat(id).join('/')}/`;
  const isOnVolume = root.every((part, place) => path[place] === part);
  if (!isOnVolume) return { kind: 'container', uri };
  return { kind: 'volume', claim: claimName(job), folder: path.slice(root.length).concat(id).join('/'), uri };
}

/** In the container; undefined: an address that nobody knows. */
function pathOf(address: string, root: readonly string[]): string[] | undefined {
  const [, local] = /^file:\/\/(?:localhost)?(.*)$/i.exec(address) ?? [];
  if (local !== undefined) return partsOf(local);
  if (address.includes('://')) return undefined;
  if (address.startsWith('/')) return partsOf(address);
  return [...root, ...partsOf(address === '' ? DEFAULT_FOLDER : address)];
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

/** Part of an address below a folder, in which no part leads elsewhere. */
export const isOutputName = (name: string): boolean =>
  name.length <= MAX_OUTPUT_NAME &&
  !/[\\\p{Cc}]/u.test(name) &&
  name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

export const MAX_OUTPUT_NAME = 512;
