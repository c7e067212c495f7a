import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** A chart as `helm package` would write it, but always with the same bytes: entries sorted, without owners and times. */
export async function chartArchive(chart: string, files: ReadonlyMap<string, string>): Promise<Buffer> {
  const ignored = ignoredFolders(files.get('.helmignore') ?? '');
  const entries = [...files]
    .filter(([path]) => !ignored.some((folder) => path.startsWith(folder)))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const archive = pack();
  const header = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) };
  for (const [path, content] of entries) archive.entry({ ...header, name: `${chart}/${path}` }, content);
  archive.finalize();
  const zipped = gzipSync(await buffer(archive), { level: 9 });
  // The system that wrote it (RFC 1952): unknown, for it differs between machines. Node writes no time.
  zipped[9] = 255;
  return zipped;
}

const ignoredFolders = (helmignore: string): string[] => helmignore.split('\n').filter((line) => line.endsWith('/'));
