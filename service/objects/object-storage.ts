import { AwsV4Signer } from 'aws4fetch';

// An S3-compatible object storage, of which the service needs a handful of requests: aws4fetch signs them (6 kB), for Amazon's
// own client is some megabytes. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html

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

export interface Content {
  readonly body: ReadableStream<Uint8Array>;
  readonly bytes: number;
  /** In hex; the storage refuses a body that has another, so that nobody need hold it to look. */
  readonly sha256: string;
}

export interface ObjectStorage {
  /** null: there is no such object. */
  sizeOf(at: ObjectAddress, signal?: AbortSignal): Promise<number | null>;
  put(at: ObjectAddress, content: Content, signal?: AbortSignal): Promise<void>;
  /** To be read as it comes. */
  get(at: ObjectAddress, signal?: AbortSignal): Promise<Response>;
  /** An address by which anybody reads it for so long. */
  linkTo(at: ObjectAddress, seconds: number): Promise<string>;
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

  const ask = async (
    method: 'HEAD' | 'GET' | 'PUT',
    at: ObjectAddress,
    { signal, content }: { readonly signal?: AbortSignal | undefined; readonly content?: Content } = {},
  ): Promise<Response> => {
    const hash = content?.sha256 ?? 'UNSIGNED-PAYLOAD';
    const signer = new AwsV4Signer({
      ...who,
      method,
      url: urlOf(at),
      service: 's3',
      headers: { 'X-Amz-Content-Sha256': hash, ...(content && { 'Content-Length': String(content.bytes) }) },
    });
    const { url, headers } = await signer.sign();
    const waiting = content ? [] : [AbortSignal.timeout(ANSWER_WITHIN_MS)];
    try {
      return await fetch(url, {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.any([...waiting, ...(signal ? [signal] : [])]),
        ...(content && { body: content.body, duplex: 'half' }),
      });
    } catch (error) {
      throw new StorageError(`The object storage ${base} does not answer: ${reasonOf(error)}`, null, '', error);
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
      const response = await ask('HEAD', at, { signal });
      if (response.status === 404) return null;
      if (!response.ok) throw await refused(response, at);
      return Number(response.headers.get('Content-Length') ?? 0);
    },
    async put(at, content, signal) {
      const response = await ask('PUT', at, { signal, content });
      if (!response.ok) throw await refused(response, at);
      await response.body?.cancel();
    },
    async get(at, signal) {
      const response = await ask('GET', at, { signal });
      if (!response.ok) throw await refused(response, at);
      return response;
    },
    async linkTo(at, seconds) {
      const url = `${urlOf(at)}?X-Amz-Expires=${seconds}`;
      const signer = new AwsV4Signer({ ...who, url, service: 's3', signQuery: true });
      return (await signer.sign()).url.href;
    },
  };
};

const reasonOf = (error: unknown): string => {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
};
