import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';

// The client for Python as a wheel, which is a zip file: made without Python, and the same to the byte each time.
// https://packaging.python.org/en/latest/specifications/binary-distribution-format/

const root = resolve(import.meta.dirname, '../..');

const PACKAGE = 'mlplatform_client';

interface Entry {
  readonly name: string;
  readonly content: Buffer;
}

/** Returns the file that it wrote. */
export function buildWheel(out: string): string {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = join(root, 'service/client/python', PACKAGE);
  const sources = readdirSync(folder)
    .filter((file) => /\.py$|^py\.typed$/.test(file))
    .sort()
    .map((file) => ({ name: `${PACKAGE}/${file}`, content: readFileSync(join(folder, file)) }));
  const info = `${PACKAGE}-${version}.dist-info`;
  const described: Entry[] = [
    ...sources,
    entry(`${info}/METADATA`, metadata(version, license)),
    entry(`${info}/WHEEL`, 'Wheel-Version: 1.0\nGenerator: ml-platform\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
  ];
  const record = `${described.map(recordOf).join('')}${info}/RECORD,,\n`;
  const file = join(out, `${PACKAGE}-${version}-py3-none-any.whl`);
  mkdirSync(out, { recursive: true });
  writeFileSync(file, zip([...described, entry(`${info}/RECORD`, record)]));
  return file;
}

const entry = (name: string, text: string): Entry => ({ name, content: Buffer.from(text) });

const metadata = (version: string, license: string): string => `Metadata-Version: 2.4
Name: mlplatform-client
Version: ${version}
Summary: The ML platform's job API from Python: submit training jobs, wait for them, read their logs
License-Expression: ${license}
Requires-Python: >=3.11
Provides-Extra: frames
Requires-Dist: pandas>=2; extra == 'frames'
`;

const recordOf = ({ name, content }: Entry): string =>
  `${name},sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}\n`;

/** Stored, not compressed: it is a few kilobytes. */
function zip(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const shared = sharedHeader(name, content);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), shared, Buffer.from(name), content]);
    const central = Buffer.alloc(14);
    // Attributes of the file: a plain one, readable by all.
    central.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    central.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('504b01021403', 'hex'), shared, central, Buffer.from(name));
    parts.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('504b0506', 'hex');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, index, end]);
}

/** What both headers of an entry have: version, flags, method, time, checksum, sizes, length of the name. */
function sharedHeader(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  // The first day that a zip file can name.
  header.writeUInt16LE(0x21, 8);
  header.writeUInt32LE(crc32(content), 10);
  header.writeUInt32LE(content.length, 14);
  header.writeUInt32LE(content.length, 18);
  header.writeUInt16LE(Buffer.byteLength(name), 22);
  return header;
}
