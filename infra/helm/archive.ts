import { gzipSync } from 'node:zlib';

/** A chart as `helm package` would write it, but always with the same bytes: entries sorted, without owners and times. */
export function chartArchive(chart: string, files: ReadonlyMap<string, string>): Buffer {
  const ignored = ignoredFolders(files.get('.helmignore') ?? '');
  const entries = [...files]
    .filter(([path]) => !ignored.some((folder) => path.startsWith(folder)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, content]) => entry(`${chart}/${path}`, Buffer.from(content)));
  const zipped = gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  // The system that wrote it (RFC 1952): unknown, for it differs between machines. Node writes no time.
  zipped[9] = 255;
  return zipped;
}

const ignoredFolders = (helmignore: string): string[] => helmignore.split('\n').filter((line) => line.endsWith('/'));

const BLOCK = 512;

/** A file in the format ustar (POSIX.1-1988). */
function entry(path: string, content: Buffer): Buffer[] {
  const header = Buffer.alloc(BLOCK);
  const text = (value: string, at: number, length: number): void => {
    if (Buffer.byteLength(value) > length) throw new Error(`${value}: too long for an archive`);
    header.write(value, at);
  };
  const { name, prefix } = splitPath(path);
  text(name, 0, 100);
  text(octal(0o644, 7), 100, 8);
  text(octal(0, 7), 108, 8);
  text(octal(0, 7), 116, 8);
  text(octal(content.length, 11), 124, 12);
  text(octal(0, 11), 136, 12);
  text('        ', 148, 8);
  text('0', 156, 1);
  text('ustar\u000000', 257, 8);
  text(prefix, 345, 155);
  const sum = header.reduce((total, byte) => total + byte, 0);
  text(`${octal(sum, 6)}\u0000 `, 148, 8);
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [header, content, padding];
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** More than 100 bytes are split at a slash. */
function splitPath(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' };
  const at = path.lastIndexOf('/');
  return { name: path.slice(at + 1), prefix: path.slice(0, at) };
}
