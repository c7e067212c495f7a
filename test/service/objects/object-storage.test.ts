import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalObjectStorage, startObjectStorage } from '../../../service/local/object-storage.ts';
import { addressOf, createObjectStorage, type ObjectAddress, uriOf } from '../../../service/objects/object-storage.ts';

// The client of object storages against the one of `npm start`, over real HTTP: each refuses what the other does wrong.

const MAX_BYTES = 2_000_000;

let folder: string;
let local: LocalObjectStorage;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'objects-'));
  local = await startObjectStorage({ folder, maxBytes: MAX_BYTES });
});
afterAll(async () => {
  await local.close();
  rmSync(folder, { recursive: true });
});

const at = (key: string): ObjectAddress => ({ bucket: 'workdirs', key });

const content = (text: string | Buffer, sha256?: string) => {
  const bytes = Buffer.from(text);
  return {
    body: new Blob([bytes]).stream() as ReadableStream<Uint8Array>,
    bytes: bytes.length,
    sha256: sha256 ?? createHash('sha256').update(bytes).digest('hex'),
  };
};

test('what is put there is found, read, and read by a link; and nothing else is', async () => {
  const storage = createObjectStorage(local);
  const key = "team-a/a b+c&d=é'(1)!*.zip";
  expect(await storage.sizeOf(at(key))).toBeNull();
  await storage.put(at(key), content('content'));
  expect(await storage.sizeOf(at(key))).toBe(7);
  expect(await (await storage.get(at(key))).text()).toBe('content');
  const link = await storage.linkTo(at(key), 60);
  expect(await (await fetch(link)).text()).toBe('content');
  expect((await fetch(link.replace('team-a', 'team-b'))).status).toBe(403);
  expect((await fetch(link, { method: 'PUT', body: 'other' })).status).toBe(403);
  await expect(storage.get(at('team-a/none'))).rejects.toThrow(
    `The object storage ${local.endpoint} answered 404 NoSuchKey for s3://workdirs/team-a/none`,
  );
});

test('a body that is not what was signed is refused, and nothing is kept of it', async () => {
  const storage = createObjectStorage(local);
  await expect(storage.put(at('wrong'), content('content', '0'.repeat(64)))).rejects.toMatchObject({
    status: 400,
    code: 'XAmzContentSHA256Mismatch',
  });
  expect(await storage.sizeOf(at('wrong'))).toBeNull();
  expect(readdirSync(folder).filter((name) => name.endsWith('~'))).toEqual([]);
});

test('another key opens nothing, and a storage that is away is told by its address', async () => {
  const stranger = createObjectStorage({ ...local, secretAccessKey: 'guessed' });
  await expect(stranger.put(at('a'), content('content'))).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  await expect(stranger.sizeOf(at('a'))).rejects.toMatchObject({ status: 403 });
  const nowhere = createObjectStorage({ ...local, endpoint: 'http://127.0.0.1:1' });
  await expect(nowhere.sizeOf(at('a'))).rejects.toThrow('http://127.0.0.1:1 does not answer: ');
});

test('that of npm start keeps no more than its bound, and what came last', async () => {
  const storage = createObjectStorage(local);
  for (const name of ['one', 'two', 'three']) await storage.put(at(name), content(Buffer.alloc(900_000, name)));
  expect(await Promise.all(['one', 'two', 'three'].map((name) => storage.sizeOf(at(name))))).toEqual([
    null,
    900_000,
    900_000,
  ]);
});

test('addresses are read and written', () => {
  expect(addressOf('s3://bucket/a/b.zip')).toEqual({ bucket: 'bucket', key: 'a/b.zip' });
  expect(uriOf({ bucket: 'bucket', key: 'a/b.zip' })).toBe('s3://bucket/a/b.zip');
  expect(addressOf('s3://bucket')).toEqual({ bucket: 'bucket', key: '' });
  for (const other of ['https://bucket/a', 's3://B/a', 's3://a@b/c', '/a']) expect(addressOf(other)).toBeUndefined();
});
