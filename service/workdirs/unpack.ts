import { createWriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl from 'yauzl';

/** A few bytes may say that they are terabytes. */
export interface Bounds {
  readonly files: number;
  readonly bytes: number;
}

const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);

/** The zip file's content, without the one folder that all of it is in. Names that lead elsewhere are refused by yauzl. */
export async function unpack(file: string, folder: string, bounds: Bounds): Promise<void> {
  const zip = await open(file, { lazyEntries: true, autoClose: false, strictFileNames: true });
  try {
    const entries = await entriesOf(zip, bounds);
    const top = topOf(entries.map(({ fileName }) => fileName));
    for (const entry of entries) {
      const name = entry.fileName.slice(top.length);
      if (name === '' || name.endsWith('/')) continue;
      const to = join(folder, name);
      await mkdir(dirname(to), { recursive: true });
      await pipeline(await contentOf(zip, entry), createWriteStream(to, { flags: 'wx' }));
      if (isProgram(entry)) await chmod(to, 0o755);
    }
  } finally {
    zip.close();
  }
}

async function entriesOf(zip: yauzl.ZipFile, { files, bytes }: Bounds): Promise<yauzl.Entry[]> {
  if (zip.entryCount > files) throw new Error(`It has ${zip.entryCount} files, more than ${files}`);
  const entries: yauzl.Entry[] = [];
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.once('end', resolve).once('error', reject);
    zip.readEntry();
  });
  const all = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (all > bytes) throw new Error(`It is ${all} bytes when unpacked, more than ${bytes}`);
  const link = entries.find((entry) => typeOf(entry) === SYMBOLIC_LINK);
  if (link) throw new Error(`${link.fileName} is a symbolic link`);
  return entries;
}

const topOf = (names: readonly string[]): string => {
  const [top = ''] = /^[^/]+\//.exec(names[0] ?? '') ?? [];
  return names.every((name) => name.startsWith(top)) ? top : '';
};

const contentOf = (zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> =>
  new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });

/** As Unix has it, in the upper half of what a zip file says of a file. */
const modeOf = ({ externalFileAttributes }: yauzl.Entry): number => externalFileAttributes >>> 16;
const SYMBOLIC_LINK = 0o120000;
const typeOf = (entry: yauzl.Entry): number => modeOf(entry) & 0o170000;
const isProgram = (entry: yauzl.Entry): boolean => (modeOf(entry) & 0o100) !== 0;
