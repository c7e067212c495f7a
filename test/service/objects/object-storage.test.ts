import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsV4Signer } from 'aws4fetch';
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

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Status and words of the answer. */
const put = async (
  key: string,
  bytes: Uint8Array,
  { storage = createObjectStorage(local), sent = bytes, seconds = 60 } = {},
) => {
  const signed = await storage.uploadTo(at(key), { bytes: bytes.length, sha256: hashOf(bytes) }, seconds);
  // The length of what is sent is set by fetch itself, and would stand there twice.
  const { 'Content-Length': _, ...headers } = signed.headers;
  const response = await fetch(signed.url, { method: 'PUT', headers, body: Buffer.from(sent) });
  return [response.status, /<Code>(.*)<\/Code>/.exec(await response.text())?.[1]];
};

test('what is put there is found, read, and read by a link; and nothing else is', async () => {
  const storage = createObjectStorage(local);
  const key = "team-a/a b+c&d=é'(1)!*.zip";
  expect(await storage.sizeOf(at(key))).toBeNull();
  expect(await put(key, Buffer.from('content'))).toEqual([200, undefined]);
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
  const bytes = Buffer.from('content');
  expect(await put('wrong', bytes, { sent: Buffer.from('another') })).toEqual([400, 'BadDigest']);
  expect(await put('wrong', bytes, { sent: Buffer.from('longer than that') })).toEqual([403, 'SignatureDoesNotMatch']);
  expect(await put('wrong', bytes, { seconds: 0 })).toEqual([403, 'AccessDenied']);
  expect(await createObjectStorage(local).sizeOf(at('wrong'))).toBeNull();
  expect(readdirSync(folder).filter((name) => name.endsWith('~'))).toEqual([]);
});

test('another key opens nothing, and a storage that is away is told by its address', async () => {
  const stranger = createObjectStorage({ ...local, secretAccessKey: 'guessed' });
  expect(await put('a', Buffer.from('a'), { storage: stranger })).toEqual([403, 'SignatureDoesNotMatch']);
  await expect(stranger.sizeOf(at('a'))).rejects.toMatchObject({ status: 403 });
  const nowhere = createObjectStorage({ ...local, endpoint: 'http://127.0.0.1:1' });
  await expect(nowhere.sizeOf(at('a'))).rejects.toThrow('http://127.0.0.1:1 does not answer: ');
});

test('that of npm start keeps no more than its bound, and what came last', async () => {
  const storage = createObjectStorage(local);
  for (const name of ['one', 'two', 'three']) await put(name, Buffer.alloc(900_000, name));
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

test('requests are signed as Amazon says', async () => {
  // "GET Bucket (List Objects)" of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
  const signer = new AwsV4Signer({
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
    service: 's3',
    url: 'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J',
    datetime: '20130524T000000Z',
    headers: { 'X-Amz-Content-Sha256': createHash('sha256').update('').digest('hex') },
  });
  const { headers } = await signer.sign();
  expect(headers.get('Authorization')).toContain(
    'Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  );
});

test('what begins with a name is listed, whatever is in it, and no more than is asked for', async () => {
  const storage = createObjectStorage(local);
  const names = ['a&b.txt', "c <d> 'e' \u00e9+.txt", 'sub/f.txt'];
  for (const name of names) expect(await put(`list/${name}`, Buffer.from(name))).toEqual([200, undefined]);
  expect(await put('listed/other', Buffer.from('other'))).toEqual([200, undefined]);
  const { isCut, objects } = await storage.list(at('list/'), 1000);
  expect(isCut).toBe(false);
  expect(objects).toEqual(names.map((name) => ({ key: `list/${name}`, bytes: Buffer.byteLength(name) })));
  expect(await storage.list(at('list/'), 2)).toEqual({ objects: objects.slice(0, 2), isCut: true });
  expect(await storage.list(at('none/'), 2)).toEqual({ objects: [], isCut: false });
});
