import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Renewal } from '../../client/oidc.ts';
import { wrongUse } from '../failures.ts';

/** A service that one has signed in to. */
export interface Context {
  readonly server: string;
  readonly namespace?: string;
  readonly token?: string;
  readonly renewal?: Renewal;
}

export interface Settings {
  readonly current?: string;
  readonly contexts: Readonly<Record<string, Context>>;
}

const NONE: Settings = { contexts: {} };

export const readSettings = async (file: string): Promise<Settings> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NONE;
    throw wrongUse(`${file} cannot be read: ${(error as Error).message}`, 'MLP_CONFIG names another file.');
  }
  try {
    return check(JSON.parse(text));
  } catch {
    throw wrongUse(`${file} is not what "login" wrote`, 'Remove it and sign in again.');
  }
};

const check = (value: unknown): Settings => {
  const { current, contexts } = value as { current?: unknown; contexts?: unknown };
  if (typeof contexts !== 'object' || contexts === null) throw new Error('no contexts');
  for (const { server } of Object.values(contexts as Record<string, Partial<Context>>)) new URL(server ?? '');
  return { contexts: contexts as Settings['contexts'], ...(typeof current === 'string' && { current }) };
};

/** Tokens are in it: nobody else reads it, not even between its making and the next line. */
export const writeSettings = async (file: string, settings: Settings): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.${process.pid}`;
  try {
    await writeFile(part, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await chmod(part, 0o600);
    // Whole or not at all: another command may read it now.
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
};

/** Whether others can read it; false where the system knows no such modes. */
export const isOpenToOthers = async (file: string): Promise<boolean> => {
  if (process.platform === 'win32') return false;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && (found.mode & 0o077) !== 0;
};
