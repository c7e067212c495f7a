import { AwsV4Signer } from 'aws4fetch';
import { joinSignals } from '../signals.ts';

// An S3-compatible object storage, of which the service needs a handful of requests: aws4fetch signs them (6 kB), for Amazon's
// own client is some megabytes.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html

/** Where it is, and as whom. */
export interface StorageAccess {
  /** Such as https://s3.eu-west-1.amazonaws.com or https://minio.example.com:9000. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Of s3://bucket/key. */
export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/** What is to be put somewhere. */
interface Content {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** By which anybody puts one content there, and no other. */
export interface Upload {
  readonly url: string;
  /** To be sent as they are. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Listing {
  readonly objects: readonly { readonly key: string; readonly bytes: number }[];
  /** There are more. */
  readonly isCut: boolean;
}

export interface ObjectStorage {
  /** null: there is no such object. */
  sizeOf(at: ObjectAddress, signal?: AbortSignal): Promise<number | null>;
  /** To be read as it comes. */
  get(at: ObjectAddress, signal?: AbortSignal): Promise<Response>;
  /** What is in a bucket under names that begin with `key`, in order; at most so many, 1,000 or fewer. */
  list(at: ObjectAddress, most: number, signal?: AbortSignal): Promise<Listing>;
  /** An address by which anybody reads it for so long. */
  linkTo(at: ObjectAddress, seconds: number): Promise<string>;
  /** For so long; the storage refuses what has another length or another hash, as both are signed. */
  uploadTo(at: ObjectAddress, content: Content, seconds: number): Promise<Upload>;
}

/** It did not answer (status null), or refused. */
export class StorageError extends Error {
  readonly status: number | null;
  /** As S3 calls it, such as AccessDenied; empty where it said nothing. */
  readonly code: string;

  constructor(message: string, status: number | null, code = '', cause?: unknown) {
    super(message, { cause });
    this.name = 'StorageError';
    this.status = status;
    this.code = code;
  }
}

/** s3://bucket/key; undefined: something else. */
export const addressOf = (uri: string): ObjectAddress | undefined => {
  const [, bucket, key = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(uri) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
};

export const uriOf = ({ bucket, key }: ObjectAddress): string => `s3://${bucket}/${key}`;

const ANSWER_WITHIN_MS = 10_000;

export const createObjectStorage = ({ endpoint, ...who }: StorageAccess): ObjectStorage => {
  const base = endpoint.replace(/\/+$/, '');
  /** The bucket in the path: as a part of the host it would need a name and a certificate for each. */
  const urlOf = ({ bucket, key }: ObjectAddress): string =>
    `${base}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;

  const ask = (method: 'HEAD' | 'GET', at: ObjectAddress, signal?: AbortSignal): Promise<Response> =>
    askFor(method, urlOf(at), signal);

  const askFor = async (method: 'HEAD' | 'GET', address: string, signal?: AbortSignal): Promise<Response> => {
    const signer = new AwsV4Signer({ ...who, method, url: address, service: 's3' });
    const { url, headers } = await signer.sign();
    const patience = new AbortController();
    const timer = setTimeout(
      () => patience.abort(new Error(`nothing within ${ANSWER_WITHIN_MS / 1000} s`)),
      ANSWER_WITHIN_MS,
    );
    try {
      // Not released with the answer, whose content is read as long as the caller wants it.
      const either = joinSignals(patience.signal, signal);
      return await fetch(url, { method, headers, redirect: 'error', signal: either.signal });
    } catch (error) {
      throw new StorageError(`The object storage ${base} does not answer: ${reasonOf(error)}`, null, '', error);
    } finally {
      // What is read of it may take longer.
      clearTimeout(timer);
    }
  };

  const refused = async (response: Response, at: ObjectAddress): Promise<StorageError> => {
    const said = (await response.text().catch(() => '')).slice(0, 4096);
    const code = /<Code>([\w.]{1,100})<\/Code>/.exec(said)?.[1] ?? '';
    const what = `${response.status}${code === '' ? '' : ` ${code}`}`;
    return new StorageError(`The object storage ${base} answered ${what} for ${uriOf(at)}`, response.status, code);
  };

  return {
    async sizeOf(at, signal) {
      const response = await ask('HEAD', at, signal);
      if (response.status === 404) return null;
      if (!response.ok) throw await refused(response, at);
      return Number(response.headers.get('Content-Length') ?? 0);
    },
    async get(at, signal) {
      const response = await ask('GET', at, signal);
      if (!response.ok) throw await refused(response, at);
      return response;
    },
    async list(at, most, signal) {
      const query = `list-type=2&max-keys=${most}&prefix=${encodeURIComponent(at.key)}`;
      const response = await askFor('GET', `${base}/${at.bucket}?${query}`, signal);
      if (!response.ok) throw await refused(response, at);
      const listing = listingIn(await response.text());
      if (listing === undefined)
        throw new StorageError(`The object storage ${base} answered what is no list of ${uriOf(at)}`, response.status);
      return listing;
    },
    async linkTo(at, seconds) {
      const url = `${urlOf(at)}?X-Amz-Expires=${seconds}`;
      const signer = new AwsV4Signer({ ...who, url, service: 's3', signQuery: true });
      return (await signer.sign()).url.href;
    },
    async uploadTo(at, { bytes, sha256 }, seconds) {
      const headers = {
        'Content-Length': String(bytes),
        'X-Amz-Checksum-Sha256': Buffer.from(sha256, 'hex').toString('base64'),
      };
      const url = `${urlOf(at)}?X-Amz-Expires=${seconds}`;
      const signing = { method: 'PUT', headers, signQuery: true, allHeaders: true };
      const signed = await new AwsV4Signer({ ...who, ...signing, url, service: 's3' }).sign();
      return { url: signed.url.href, headers };
    },
  };
};

const reasonOf = (error: unknown): string => {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
};

/** A ListBucketResult, of which nothing has attributes and no part lies in another of its name. */
function listingIn(xml: string): Listing | undefined {
  if (!/<ListBucketResult[\s>]/.test(xml)) return undefined;
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].flatMap(([, content = '']) => {
    const key = /<Key>(.*?)<\/Key>/s.exec(content)?.[1];
    const bytes = Number(/<Size>(\d+)<\/Size>/.exec(content)?.[1]);
    return key === undefined || !Number.isSafeInteger(bytes) ? [] : [{ key: textOf(key), bytes }];
  });
  return { objects, isCut: /<IsTruncated>true<\/IsTruncated>/.test(xml) };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const textOf = (xml: string): string =>
  xml.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
