import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsV4Signer } from 'aws4fetch';

// As much of S3 as is used, over a folder: one file for each object. It does what is signed by its own key alone, and refuses
// a body of another hash than was signed, as S3 does.

interface Options {
  readonly folder: string;
  /** Over it, what was written first is removed. */
  readonly maxBytes: number;
}

export interface LocalObjectStorage {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  close(): Promise<void>;
}

const REGION = 'local';
/** Of a file's name, in which the whole key is. */
const MAX_NAME = 255;

export async function startObjectStorage({ folder, maxBytes }: Options): Promise<LocalObjectStorage> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const who = {
    region: REGION,
    accessKeyId: 'local',
    secretAccessKey: randomBytes(24).toString('base64url'),
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'InternalError', error.message);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...who,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    if (isLate(request)) return refuse(response, 403, 'AccessDenied', 'Request has expired');
    if (!(await isSigned(request))) return refuse(response, 403, 'SignatureDoesNotMatch');
    const listed = listedBucket(request);
    if (listed !== undefined && method === 'GET') return list(response, listed);
    const name = fileName(request);
    if (name === undefined) return refuse(response, 400, 'InvalidURI');
    const file = join(folder, name);
    if (method === 'PUT') return take(request, response, file);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) return refuse(response, 404, 'NoSuchKey');
    if (method !== 'HEAD' && method !== 'GET') return refuse(response, 405, 'MethodNotAllowed');
    response.writeHead(200, { 'Content-Length': found.size });
    if (method === 'HEAD') response.end();
    else await pipeline(createReadStream(file), response);
  }

  async function list(response: ServerResponse, { bucket, most, prefix }: ListedBucket): Promise<void> {
    const all = (await readdir(folder)).filter((name) => !name.endsWith('~')).map(decodeURIComponent);
    const keys = all.filter((name) => name.startsWith(`${bucket}/${prefix}`)).sort();
    const contents = await Promise.all(
      keys.slice(0, most).map(async (name) => {
        const { size } = await stat(join(folder, encodeURIComponent(name)));
        return `<Contents><Key>${inXml(name.slice(bucket.length + 1))}</Key><Size>${size}</Size></Contents>`;
      }),
    );
    response.writeHead(200, { 'Content-Type': 'application/xml' });
    response.end(
      `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${keys.length > most}</IsTruncated>${contents.join('')}</ListBucketResult>`,
    );
  }

  /** The same signature comes of the same request. */
  async function isSigned({ method = 'GET', url = '/', headers }: IncomingMessage): Promise<boolean> {
    const address = new URL(url, `http://${headers.host}`);
    const inQuery = address.searchParams.get('X-Amz-Signature');
    const inHeader = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1];
    const names = address.searchParams.get('X-Amz-SignedHeaders') ?? inHeader ?? '';
    const signed = names.split(';').filter((each) => !['host', 'x-amz-date', ''].includes(each));
    const datetime = address.searchParams.get('X-Amz-Date') ?? String(headers['x-amz-date'] ?? '');
    for (const name of SET_BY_SIGNING) address.searchParams.delete(name);
    const signer = new AwsV4Signer({
      ...who,
      method,
      url: address.href,
      service: 's3',
      datetime,
      signQuery: inQuery !== null,
      allHeaders: true,
      headers: Object.fromEntries(signed.map((name) => [name, String(headers[name] ?? '')])),
    });
    const made = await signer.sign();
    return inQuery === null
      ? isSame(made.headers.get('Authorization') ?? '', headers.authorization ?? '')
      : isSame(made.url.searchParams.get('X-Amz-Signature') ?? '', inQuery);
  }

  async function take(request: IncomingMessage, response: ServerResponse, file: string): Promise<void> {
    const part = join(folder, `${randomBytes(8).toString('hex')}~`);
    const hash = createHash('sha256');
    const looking = new Transform({
      transform(chunk, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    try {
      await pipeline(request, looking, createWriteStream(part, { mode: 0o600 }));
      if (request.headers['x-amz-checksum-sha256'] !== hash.digest('base64')) return refuse(response, 400, 'BadDigest');
      await rename(part, file);
      await letTheFirstGo();
      response.writeHead(200).end();
    } finally {
      await rm(part, { force: true });
    }
  }

  async function letTheFirstGo(): Promise<void> {
    const names = (await readdir(folder)).filter((name) => !name.endsWith('~'));
    const files = await Promise.all(
      names.map(async (name) => ({ file: join(folder, name), ...(await stat(join(folder, name))) })),
    );
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const { file, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (bytes <= maxBytes) return;
      await rm(file, { force: true });
      bytes -= size;
    }
  }
}

/** Of a link: how long it holds is signed, too. */
const isLate = ({ url = '/' }: IncomingMessage): boolean => {
  const { searchParams } = new URL(url, 'http://local');
  const [seconds, date] = [searchParams.get('X-Amz-Expires'), searchParams.get('X-Amz-Date')];
  if (seconds === null || date === null) return false;
  const begun = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
  return !(begun + Number(seconds) * 1000 > Date.now());
};

const SET_BY_SIGNING = ['X-Amz-Signature', 'X-Amz-Date', 'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-SignedHeaders'];

const isSame = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

interface ListedBucket {
  readonly bucket: string;
  readonly prefix: string;
  readonly most: number;
}

const listedBucket = ({ url = '/' }: IncomingMessage): ListedBucket | undefined => {
  const { pathname, searchParams } = new URL(url, 'http://local');
  const [, bucket] = /^\/([^/]+)\/?$/.exec(pathname) ?? [];
  if (bucket === undefined || searchParams.get('list-type') !== '2') return undefined;
  const most = Math.min(1000, Number(searchParams.get('max-keys') ?? 1000));
  return { bucket, prefix: searchParams.get('prefix') ?? '', most };
};

const inXml = (text: string): string => text.replace(/[&<>"\p{Cc}]/gu, (each) => `&#${each.codePointAt(0)};`);

/** Bucket and key as one name, in which nothing is a folder. */
const fileName = ({ url = '/' }: IncomingMessage): string | undefined => {
  const { pathname } = new URL(url, 'http://local');
  try {
    const name = encodeURIComponent(decodeURIComponent(pathname.slice(1)));
    return /^[^%]+%2F./.test(name) && name.length <= MAX_NAME ? name : undefined;
  } catch {
    return undefined;
  }
};

const refuse = (response: ServerResponse, status: number, code: string, message = code): void => {
  // Who is refused before the end of what it sends is heard out by nobody.
  response.writeHead(status, { 'Content-Type': 'application/xml', Connection: 'close' });
  response.end(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message.replaceAll('<', ' ')}</Message></Error>`,
  );
};
