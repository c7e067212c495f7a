import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENV, STORAGE_KEYS } from '../contract.ts';
import type { ObjectAddress, StorageAccess } from '../objects/object-storage.ts';
import type { SettingValues } from './settings.ts';

/** Where folders go that are sent along with jobs. */
export interface WorkdirConfig {
  /** The folder that they are in. */
  readonly at: ObjectAddress;
  readonly maxBytes: number;
  /** What unpacks them for jobs without Ray; null: these take none. */
  readonly image: string | null;
}

export function objectStorageMistakes(values: SettingValues): string[] {
  const { objectStorageEndpoint, objectStorageKeys, workdirUrl } = values;
  const needed = `${ENV.objectStorageEndpoint} is not set, which ${ENV.workdirUrl} needs`;
  if (objectStorageEndpoint === undefined) return workdirUrl === undefined ? [] : [needed];
  if (objectStorageKeys === undefined)
    return [`${ENV.objectStorageKeys} is not set, which ${ENV.objectStorageEndpoint} needs`];
  return Object.values(STORAGE_KEYS).flatMap((name) => {
    const key = read(objectStorageKeys, name);
    if (typeof key === 'string' && key !== '') return [];
    return [
      `${ENV.objectStorageKeys}=${objectStorageKeys}: ${typeof key === 'string' ? `${name} is empty` : key.message}`,
    ];
  });
}

/** Of settings without a mistake. */
export function objectStorageOf(values: SettingValues): StorageAccess | null {
  const { objectStorageEndpoint, objectStorageRegion, objectStorageKeys } = values;
  if (objectStorageEndpoint === undefined || objectStorageRegion === undefined || objectStorageKeys === undefined)
    return null;
  const [accessKeyId, secretAccessKey] = [STORAGE_KEYS.id, STORAGE_KEYS.secret].map((name) =>
    read(objectStorageKeys, name),
  );
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') throw accessKeyId;
  return { endpoint: objectStorageEndpoint, region: objectStorageRegion, accessKeyId, secretAccessKey };
}

export function workdirsOf({ workdirUrl, workdirMaxBytes, workdirImage }: SettingValues): WorkdirConfig | null {
  if (workdirUrl === undefined || workdirMaxBytes === undefined) return null;
  return { at: workdirUrl, maxBytes: workdirMaxBytes, image: workdirImage ?? null };
}

/** Without the line end that an editor leaves behind. */
function read(folder: string, name: string): string | Error {
  try {
    return readFileSync(join(folder, name), 'utf8').trim();
  } catch (error) {
    return error as Error;
  }
}
