import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createClient } from '../../../service/client/index.ts';
import type { Job } from '../../../service/jobs/job.ts';
import { outputPlaceOf } from '../../../service/jobs/outputs.ts';
import { parseJobRequest } from '../../../service/jobs/request.ts';
import { type LocalObjectStorage, startObjectStorage } from '../../../service/local/object-storage.ts';
import { createObjectStorage, type ObjectAddress } from '../../../service/objects/object-storage.ts';
import { createOutputs } from '../../../service/outputs/outputs.ts';
import { mlp } from '../cli/mlp.ts';
import { smallJob, startWorld, temporaryFile, type World } from './world.ts';

// What jobs leave, through the API and the command line, from a storage that checks each signature.

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const CALLERS = ['team-a', 'team-b'].map((team) => ({
  name: team,
  role: 'submitter',
  namespaces: [team],
  sha256: hashOf(`${team}-token`),
}));
const token = 'team-a-token';

let world: World;
let storage: LocalObjectStorage;
let folder: string;
let callers: Awaited<ReturnType<typeof temporaryFile>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-'));
  storage = await startObjectStorage({ folder: join(folder, 'objects'), maxBytes: 10_000_000 });
  const keys = join(folder, 'keys');
  write(join(keys, 'AWS_ACCESS_KEY_ID'), storage.accessKeyId);
  write(join(keys, 'AWS_SECRET_ACCESS_KEY'), storage.secretAccessKey);
  callers = await temporaryFile(stringify(CALLERS));
  world = await startWorld({
    environment: {
      AUTH_TOKENS_FILE: callers.path,
      HOST: '127.0.0.1',
      OBJECT_STORAGE_ENDPOINT: storage.endpoint,
      OBJECT_STORAGE_REGION: storage.region,
      OBJECT_STORAGE_KEYS: keys,
    },
  });
});
afterAll(async () => {
  await world.close();
  await callers.remove();
  await storage.close();
  rmSync(folder, { recursive: true });
});

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function put(at: ObjectAddress, content: string): Promise<void> {
  const upload = { bytes: Buffer.byteLength(content), sha256: hashOf(content) };
  const { headers: signed, url } = await createObjectStorage(storage).uploadTo(at, upload, 60);
  // The length is set by fetch itself, and would stand there twice.
  const { 'Content-Length': _, ...headers } = signed;
  const { status } = await fetch(url, { method: 'PUT', headers, body: Buffer.from(content) });
  expect(status).toBe(200);
}

/** Its training data are in the storage that the service reads, unless it says otherwise. */
async function submit(artifactUri: string | undefined, endpoint = storage.endpoint): Promise<string> {
  const { body } = await world.call('/api/v1/jobs', {
    token,
    body: smallJob({
      namespace: 'team-a',
      inputDataConfig: [{ channelName: 'train', endpoint, bucket: 'input', prefix: 'train.csv' }],
      ...(artifactUri !== undefined && { outputDataConfig: { artifactUri } }),
    }),
  });
  return body.id;
}

const outputsOf = async (id: string) => (await world.call(`/api/v1/jobs/${id}/outputs`, { token })).body;
const fileOf = (id: string, name: string, as = token) =>
  world.call(`/api/v1/jobs/${id}/outputs/file?name=${encodeURIComponent(name)}`, { token: as });

test('what a job has left in the object storage is listed, and brought by the API and the command line', async () => {
  const id = await submit('storage://models/team-a/');
  expect(await outputsOf(id)).toEqual({ outputs: [], why: 'The job has not left anything yet.' });
  const names = ['model/model.ubj', 'result.json', "odd é+&<name>'(1).txt"];
  for (const name of names) await put({ bucket: 'models', key: `team-a/${id}/${name}` }, `content of ${name}`);
  await put({ bucket: 'models', key: `team-a/${id}-1/other.txt` }, 'of a job whose name begins the same');

  const { outputs, why } = await outputsOf(id);
  expect(why).toBeNull();
  expect(outputs.map(({ name }: { name: string }) => name).sort()).toEqual([...names].sort());
  for (const { href, name, sizeBytes, uri } of outputs) {
    expect(uri).toBe(`s3://models/team-a/${id}/${name}`);
    expect(sizeBytes).toBe(Buffer.byteLength(`content of ${name}`));
    const answer = await world.call(href, { token });
    expect(answer.text).toBe(`content of ${name}`);
    expect(answer.headers.get('content-length')).toBe(String(sizeBytes));
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''[\w.%-]+$/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  }

  const into = join(folder, 'downloads');
  const env = { MLP_TOKEN: token };
  const told = await mlp(['outputs', id, '-d', into], { url: world.url, env });
  expect(told.code, told.err).toBe(0);
  for (const name of names) expect(readFileSync(join(into, name), 'utf8')).toBe(`content of ${name}`);
  const listed = await mlp(['outputs', id, 'result.json', '-o', 'wide'], { url: world.url, env });
  expect(listed.out).toMatch(/^NAME +SIZE +WHERE *\nresult\.json +22 B +s3:\/\/models\/team-a\/.*\/result\.json *\n$/);
});

test('nothing but what is in the folder of the job can be had, and only by who sees the job', async () => {
  const id = await submit('s3://models/team-a');
  await put({ bucket: 'models', key: `team-a/${id}/result.json` }, 'result');
  await put({ bucket: 'models', key: 'team-a/secret.txt' }, 'secret');
  for (const name of ['../secret.txt', 'a/../../secret.txt', '/secret.txt', './result.json', 'a//b', '..\\secret', ''])
    expect((await fileOf(id, name)).status, name).toBe(400);
  expect((await fileOf(id, 'secret.txt')).status).toBe(404);
  expect((await fileOf(id, '%2e%2e/secret.txt')).status).toBe(404);
  expect((await fileOf(id, 'result.json', 'team-b-token')).status).toBe(404);
  expect((await world.call(`/api/v1/jobs/${id}/outputs`, { token: 'team-b-token' })).status).toBe(404);
  expect((await fileOf(id, 'result.json')).text).toBe('result');
});

test('where it cannot be read it is said where it is, and why', async () => {
  const volume = await submit(undefined);
  const onVolume = { name: `file:///home/ray/result-storage/artifacts/${volume}/`, sizeBytes: null, href: null };
  expect(await outputsOf(volume)).toEqual({
    outputs: [{ ...onVolume, uri: onVolume.name }],
    why: expect.stringContaining(`on the volume ${volume}, in the job's own cluster`),
  });
  const elsewhere = await submit('s3://models/team-a', 'https://minio.example.com');
  expect((await outputsOf(elsewhere)).why).toBe(
    `The job's object storage is https://minio.example.com; this platform reads ${storage.endpoint}.`,
  );
  const tmp = await submit('file:///tmp/models');
  expect((await outputsOf(tmp)).why).toMatch(/its own container/);
  for (const id of [volume, elsewhere, tmp]) expect((await fileOf(id, 'result.json')).status).toBe(404);
  const env = { MLP_TOKEN: token };
  const told = await mlp(['outputs', volume, '-d', folder], { url: world.url, env });
  expect(told.code).not.toBe(0);
  expect(told.err).toContain('on the volume');
});

/** A job as the store has it, of which the rest does not matter here. */
function jobWith(outputDataConfig: object, fields: object = {}): Job {
  const parsed = parseJobRequest({ ...smallJob(), outputDataConfig, ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return {
    id: 'small-1',
    objectName: 'small-1',
    namespace: 'default',
    request: parsed.request,
    finishedAt: null,
  } as Job;
}

test('the place is read as the training programs read it', () => {
  const placeOf = (artifactUri: string, fields = {}) => outputPlaceOf(jobWith({ artifactUri }, fields));
  for (const scheme of ['s3', 's3a', 'storage', 'minio', 'gs', 'S3'])
    expect(placeOf(`${scheme}://b/k/`)).toMatchObject({ kind: 'bucket', bucket: 'b', folder: 'k/small-1/' });
  expect(placeOf('s3://b')).toMatchObject({ folder: 'small-1/', uri: 's3://b/small-1/', endpoint: '' });
  expect(placeOf('models/mine')).toMatchObject({ kind: 'volume', claim: 'small-1', folder: 'models/mine/small-1' });
  expect(placeOf('file:///home/ray/result-storage/m', { pvcName: 'shared' })).toMatchObject({
    kind: 'volume',
    claim: 'shared',
    folder: 'm/small-1',
  });
  expect(placeOf('file:///home/ray/result-storage-2/m')).toMatchObject({ kind: 'container' });
  expect(placeOf('ftp://host/models')).toMatchObject({ kind: 'container' });
});

test('volumes that are folders of this machine are read, and no link out of them', async () => {
  const volumes = join(folder, 'volumes');
  const own = join(volumes, 'small-1/artifacts/small-1');
  write(join(own, 'model/model.txt'), 'model');
  write(join(own, 'empty'), '');
  write(join(volumes, 'small-2/secret'), 'secret');
  symlinkSync(join(volumes, 'small-2'), join(own, 'linked'));
  symlinkSync(join(volumes, 'small-2/secret'), join(own, 'link'));
  const outputs = createOutputs({ storage: null, volumes });
  const { signal } = new AbortController();
  const found = await outputs.list(jobWith({}), signal);
  expect(found.outputs.map(({ isServed, name, sizeBytes }) => [name, sizeBytes, isServed])).toEqual([
    ['empty', 0, true],
    ['model/model.txt', 5, true],
  ]);
  for (const name of ['link', 'linked/secret', '../../../small-2/secret', 'model', 'none'])
    expect(await outputs.open(jobWith({}), name, signal), name).toBeUndefined();
  const content = await outputs.open(jobWith({}), 'model/model.txt', signal);
  expect(await text(Readable.from(content?.body ?? []))).toBe('model');
});

test('of a storage that refuses or is away the list says so, and a file is no 500', async () => {
  const away = createObjectStorage({ ...storage, endpoint: 'http://127.0.0.1:9' });
  const wrong = createObjectStorage({ ...storage, secretAccessKey: 'another' });
  const job = jobWith(
    { artifactUri: 's3://models/m' },
    {
      inputDataConfig: [{ channelName: 'train', endpoint: storage.endpoint, bucket: 'input', prefix: 'a' }],
    },
  );
  const { signal } = new AbortController();
  const listed = (objects: typeof away) =>
    createOutputs({ storage: { endpoint: storage.endpoint, objects }, volumes: null }).list(job, signal);
  expect((await listed(away)).why).toBe('The object storage does not answer just now.');
  expect((await listed(wrong)).why).toBe(
    'The object storage does not let this platform read there (SignatureDoesNotMatch).',
  );

  const id = await submit('s3://models/team-a');
  await storage.close();
  const { body, status } = await fileOf(id, 'result.json');
  expect([status, body.detail]).toEqual([503, 'The object storage cannot be asked just now']);
  expect((await outputsOf(id)).why).toBe('The object storage does not answer just now.');
  const client = createClient({ url: world.url, token, retries: 0 });
  await expect(client.jobs.output(id, 'result.json')).rejects.toMatchObject({ status: 503 });
  storage = await startObjectStorage({ folder: join(folder, 'objects'), maxBytes: 10_000_000 });
});
