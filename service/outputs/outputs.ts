import { join } from 'node:path';
import { ENV } from '../contract.ts';
import type { Job } from '../jobs/job.ts';
import { isOutputName, type OutputPlace, outputPlaceOf } from '../jobs/outputs.ts';
import { type ObjectStorage, StorageError } from '../objects/object-storage.ts';
import { bucketShelf } from './bucket-shelf.ts';
import { folderShelf } from './folder-shelf.ts';
import { MAX_FILES, type OutputContent, type Shelf } from './shelf.ts';

export interface Output {
  readonly name: string;
  readonly uri: string;
  /** null: not known. */
  readonly sizeBytes: number | null;
  /** Whether `open` has it. */
  readonly isServed: boolean;
}

interface OutputList {
  readonly outputs: readonly Output[];
  /** Why there is nothing, not all, or nothing to be had here; for people. */
  readonly why: string | null;
}

type JobWithOutputs = Parameters<typeof outputPlaceOf>[0] & Pick<Job, 'finishedAt'>;

/** What jobs leave, as far as this service can read it: bounded to the job's own folder, whatever is asked for. */
export interface Outputs {
  list(job: JobWithOutputs, signal: AbortSignal): Promise<OutputList>;
  /** undefined: there is no such file, or none that this service can read. Rejects with StorageError. */
  open(job: JobWithOutputs, name: string, signal: AbortSignal): Promise<OutputContent | undefined>;
}

interface OutputsOptions {
  /** Where the service reads as somebody; null: nowhere. */
  readonly storage: { readonly endpoint: string; readonly objects: ObjectStorage } | null;
  /** A folder of this machine with one for each claim, as `npm start -- --trainers` has it; null: they are in clusters. */
  readonly volumes: string | null;
}

export function createOutputs({ storage, volumes }: OutputsOptions): Outputs {
  /** Or why there is none. */
  function shelfOf(place: OutputPlace): Shelf | string {
    if (place.kind === 'container') return 'The job writes to its own container, which nobody but the job can read.';
    if (place.kind === 'volume') {
      if (volumes !== null) return folderShelf(join(volumes, place.claim, place.folder));
      return `They are on the volume ${place.claim}, in the job's own cluster and namespace, which this service does not read: mount it in a pod there, or give jobs an artifactUri such as s3://bucket/models.`;
    }
    if (storage === null) return `This platform reads no object storage (${ENV.objectStorageEndpoint} is not set).`;
    if (!isSameStorage(place.endpoint, storage.endpoint)) {
      return `The job's object storage is ${place.endpoint || 'https://s3.amazonaws.com'}; this platform reads ${storage.endpoint}.`;
    }
    return bucketShelf(storage.objects, place.bucket, place.folder);
  }

  return {
    async list(job, signal) {
      const place = outputPlaceOf(job);
      const { uri } = place;
      const shelf = shelfOf(place);
      // Where it is, for whoever can read it there.
      const whole = { name: uri, uri, sizeBytes: null, isServed: false };
      if (typeof shelf === 'string') return { outputs: [whole], why: shelf };
      try {
        const { files, isCut } = await shelf.list(signal);
        const outputs = files.map((file) => ({ ...file, uri: `${uri}${file.name}`, isServed: true }));
        return { outputs, why: whyNotAll(files.length, isCut, job) };
      } catch (error) {
        if (!(error instanceof StorageError) || signal.aborted) throw error;
        return { outputs: [whole], why: whyRefused(error) };
      }
    },
    async open(job, name, signal) {
      if (!isOutputName(name)) return undefined;
      const shelf = shelfOf(outputPlaceOf(job));
      return typeof shelf === 'string' ? undefined : await shelf.open(name, signal);
    },
  };
}

function whyNotAll(count: number, isCut: boolean, { finishedAt }: JobWithOutputs): string | null {
  if (isCut) return `There are more than ${MAX_FILES} files; these are the first.`;
  if (count > 0) return null;
  return finishedAt === null ? 'The job has not left anything yet.' : 'The job has left nothing in its folder.';
}

/** Its address and its own words are for whoever runs the platform. */
function whyRefused({ code, status }: StorageError): string {
  if (status === null || status >= 500) return 'The object storage does not answer just now.';
  return `The object storage does not let this platform read there (${code || status}).`;
}

/** Amazon's has an address for each region, and is where a job goes that names none. */
function isSameStorage(told: string, ours: string): boolean {
  const [one, other] = [told || 'https://s3.amazonaws.com', ours].map(hostOf);
  return one === other;
}

function hostOf(endpoint: string): string {
  const { host } = new URL(endpoint.includes('://') ? endpoint : `https://${endpoint}`);
  return /(^|\.)s3[.-]([a-z0-9-]+\.)?amazonaws\.com$/.test(host) ? 'amazonaws.com' : host;
}
