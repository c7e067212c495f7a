import { type ObjectAddress, type ObjectStorage, type Upload, uriOf } from '../objects/object-storage.ts';

// Folders that are sent along with jobs, as zip files that are named by their content: what two jobs have alike is sent once.
// Whoever sends one brings it to the storage itself, by a link that is signed for this content alone.

/** Of one who takes an hour for 100 MB. */
const SECONDS_TO_SEND = 3600;

export interface Workdir {
  readonly namespace: string;
  /** Of the zip file, in hex. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface Workdirs {
  readonly maxBytes: number;
  /** Where it lies, and how to bring it there; null: it is there. */
  offer(workdir: Workdir, signal?: AbortSignal): Promise<{ readonly uri: string; readonly upload: Upload | null }>;
}

export function createWorkdirs(
  storage: ObjectStorage,
  { at, maxBytes }: { readonly at: ObjectAddress; readonly maxBytes: number },
): Workdirs {
  // By namespace, so that the keys of one need not read what is another's.
  const addressOf = ({ namespace, sha256 }: Workdir): ObjectAddress => ({
    bucket: at.bucket,
    key: [...(at.key === '' ? [] : [at.key]), namespace, `${sha256}.zip`].join('/'),
  });
  return {
    maxBytes,
    async offer(workdir, signal) {
      const address = addressOf(workdir);
      const isThere = (await storage.sizeOf(address, signal)) !== null;
      return {
        uri: uriOf(address),
        upload: isThere ? null : await storage.uploadTo(address, workdir, SECONDS_TO_SEND),
      };
    },
  };
}
