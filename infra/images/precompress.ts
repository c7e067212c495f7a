// Lays a .gz and a .br beside each text asset, so that nginx compresses nothing while it serves.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXT = /\.(js|css|svg|html|json|webmanifest)$/;
/** Below this the headers weigh more than what is saved. */
const SMALLEST = 1024;

export function precompress(directory: string): string[] {
  const written: string[] = [];
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const content = readFileSync(file);
    if (content.length < SMALLEST) continue;
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    );
    written.push(file);
  }
  return written;
}

if (import.meta.filename === process.argv[1]) {
  const directory = process.argv[2];
  if (directory === undefined) throw new Error('usage: precompress.ts DIRECTORY');
  console.log(`compressed ${precompress(directory).length} files in ${directory}`);
}
