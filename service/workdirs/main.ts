import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { DEFAULT_STORAGE_REGION, STORAGE_KEYS, WORKDIR } from '../contract.ts';
import { addressOf, createObjectStorage } from '../objects/object-storage.ts';
import { unpack } from './unpack.ts';

// Runs in the job's pod, before the job's own program: fetches the folder that came with the job, and unpacks it.

const BOUNDS = { files: 100_000, bytes: 2 ** 31 };
const MAX_BYTES = 2 ** 30;

export async function fetchWorkdir(env: Readonly<Record<string, string | undefined>>, folder: string): Promise<void> {
  const uri = env[WORKDIR.env.uri] ?? '';
  const file = join(folder, '.workdir.zip');
  try {
    const response = await open(uri, env);
    const hash = createHash('sha256');
    let bytes = 0;
    const looking = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        hash.update(chunk);
        done(bytes > MAX_BYTES ? new Error(`It is larger than ${MAX_BYTES} bytes`) : null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await pipeline(body, looking, createWriteStream(file));
    const named = /\/([0-9a-f]{64})\.zip$/.exec(uri)?.[1];
    if (named !== undefined && named !== hash.digest('hex'))
      throw new Error('It is not the content that its name says');
    await unpack(file, folder, BOUNDS);
  } catch (error) {
    throw new Error(`The folder of the job cannot be had from ${uri}: ${(error as Error).message}`, { cause: error });
  } finally {
    await rm(file, { force: true });
  }
}

async function open(uri: string, env: Readonly<Record<string, string | undefined>>): Promise<Response> {
  const at = addressOf(uri);
  if (at === undefined) {
    const response = await fetch(uri);
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return response;
  }
  const { [STORAGE_KEYS.id]: accessKeyId, [STORAGE_KEYS.secret]: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey)
    throw new Error(`${STORAGE_KEYS.id} and ${STORAGE_KEYS.secret} are not in the Secret of its namespace`);
  const region = env[WORKDIR.env.region] ?? DEFAULT_STORAGE_REGION;
  const endpoint = env[WORKDIR.env.endpoint] ?? `https://s3.${region}.amazonaws.com`;
  return createObjectStorage({ endpoint, region, accessKeyId, secretAccessKey }).get(at);
}

if (import.meta.filename === process.argv[1]) {
  await fetchWorkdir(process.env, WORKDIR.directory).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
