import { isOutputName } from '../jobs/outputs.ts';
import { type ObjectStorage, StorageError } from '../objects/object-storage.ts';
import { MAX_FILES, type Shelf } from './shelf.ts';

/** What lies in a folder of a bucket: nothing above it is ever asked for. */
export const bucketShelf = (storage: ObjectStorage, bucket: string, folder: string): Shelf => ({
  async list(signal) {
    const { isCut, objects } = await storage.list({ bucket, key: folder }, MAX_FILES, signal);
    const files = objects
      .filter(({ key }) => key.startsWith(folder))
      .map(({ bytes, key }) => ({ name: key.slice(folder.length), sizeBytes: bytes }))
      .filter(({ name }) => isOutputName(name));
    return { files, isCut };
  },
  async open(name, signal) {
    try {
      const { body, headers } = await storage.get({ bucket, key: `${folder}${name}` }, signal);
      if (body === null) return undefined;
      // What was put there packed is unpacked on its way, and then has another length.
      const length = headers.has('Content-Encoding') ? null : headers.get('Content-Length');
      return { sizeBytes: length === null ? null : Number(length), body };
    } catch (error) {
      if (error instanceof StorageError && error.status === 404) return undefined;
      throw error;
    }
  },
});
