import { readFileSync } from 'node:fs';
import { ENV } from '../contract.ts';
import type { SettingValues } from './settings.ts';

/** Where and how RayJobs and Jobs report how far they are. */
export interface ProgressConfig {
  readonly url: string;
  readonly port: number;
  /** Never printed: who has it can report for any job. */
  readonly key: string;
  /** PEM; null: what an image trusts. */
  readonly authority: string | null;
}

const LEAST_BYTES = 32;

export function progressMistakes({
  progressAuthorityFile,
  progressKeyFile,
  progressPort,
  progressUrl,
  port,
}: SettingValues): string[] {
  if (progressUrl === undefined) return [];
  const mistakes: string[] = [];
  if (progressPort !== 0 && progressPort === port) mistakes.push(`${ENV.progressPort}=${port} is the port of the API`);
  if (progressKeyFile === undefined) mistakes.push(`${ENV.progressKeyFile} is not set, which ${ENV.progressUrl} needs`);
  else {
    const key = read(progressKeyFile);
    if (typeof key !== 'string') mistakes.push(`${ENV.progressKeyFile}=${progressKeyFile}: ${key.message}`);
    else if (Buffer.byteLength(key) < LEAST_BYTES)
      mistakes.push(`${ENV.progressKeyFile}=${progressKeyFile} has fewer than ${LEAST_BYTES} bytes`);
  }
  const authority = progressAuthorityFile === undefined ? '' : read(progressAuthorityFile);
  if (typeof authority !== 'string')
    mistakes.push(`${ENV.progressAuthorityFile}=${progressAuthorityFile}: ${authority.message}`);
  return mistakes;
}

/** Of settings without a mistake. */
export function progressOf(values: SettingValues): ProgressConfig | null {
  const { progressUrl, progressPort, progressKeyFile, progressAuthorityFile } = values;
  if (progressUrl === undefined || progressPort === undefined || progressKeyFile === undefined) return null;
  const [key, authority] = [read(progressKeyFile), progressAuthorityFile && read(progressAuthorityFile)];
  if (typeof key !== 'string') throw key;
  return { url: progressUrl, port: progressPort, key, authority: typeof authority === 'string' ? authority : null };
}

/** Without the line end that an editor leaves behind. */
function read(path: string): string | Error {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    return error as Error;
  }
}
