import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Zip, ZipDeflate } from 'fflate';
import type { FileToSend } from './files.ts';

/** Ray wants one folder at the top of a zip file, and takes it away. */
const TOP = 'workdir';
const UNIX = 3;

export interface Packed {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
}

/** The same files give the same bytes, whatever machine, time and order they come from: so the hash is a name for them. */
export async function pack(files: readonly FileToSend[]): Promise<Packed> {
  // The first day that a zip file can name, which has no zones.
  const mtime = new Date(1980, 0, 1);
  const chunks: Uint8Array[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, chunk) => {
    failure ??= error;
    chunks.push(chunk);
  });
  for (const { name, path, isProgram } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const entry = new ZipDeflate(`${TOP}/${name}`, { level: 6 });
    const mode = isProgram ? 0o100755 : 0o100644;
    zip.add(Object.assign(entry, { mtime, os: UNIX, attrs: (mode << 16) >>> 0 }));
    entry.push(await readFile(path), true);
  }
  zip.end();
  if (failure) throw failure;
  const content = Uint8Array.from(Buffer.concat(chunks));
  return { content, sha256: createHash('sha256').update(content).digest('hex') };
}
