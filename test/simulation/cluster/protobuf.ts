import type { ApiRequest } from '../../../service/local/kube/exchange.ts';

// Go clients write the objects they know as protobuf. Read here as far as helm and kubectl write them at all: the
// Secrets and namespaces of releases, and options of a deletion (k8s.io/api/core/v1 and apimachinery, generated.proto).

type Message = Readonly<Record<number, Field>>;

type Field = { readonly name: string; readonly as: 'text' | 'number' | 'bytes' | 'texts' | 'blobs' | Message };

const META: Message = {
  1: { name: 'name', as: 'text' },
  2: { name: 'generateName', as: 'text' },
  3: { name: 'namespace', as: 'text' },
  5: { name: 'uid', as: 'text' },
  6: { name: 'resourceVersion', as: 'text' },
  11: { name: 'labels', as: 'texts' },
  12: { name: 'annotations', as: 'texts' },
};

const MESSAGES: Readonly<Record<string, Message>> = {
  Secret: {
    1: { name: 'metadata', as: META },
    2: { name: 'data', as: 'blobs' },
    3: { name: 'type', as: 'text' },
  },
  Namespace: { 1: { name: 'metadata', as: META } },
  DeleteOptions: {
    1: { name: 'gracePeriodSeconds', as: 'number' },
    2: { name: 'preconditions', as: { 1: { name: 'uid', as: 'text' }, 2: { name: 'resourceVersion', as: 'text' } } },
    4: { name: 'propagationPolicy', as: 'text' },
  },
};

/** Before the envelope (runtime.Unknown). */
const MAGIC = Buffer.from('k8s\0');
const ENVELOPE: Message = {
  1: { name: 'type', as: { 1: { name: 'apiVersion', as: 'text' }, 2: { name: 'kind', as: 'text' } } },
  2: { name: 'raw', as: 'bytes' },
};

/** The request with its body as JSON, which is all that the simulated API server reads; as it came where the kind is not known here. */
export function inJson(request: ApiRequest): ApiRequest {
  const object = request.headers['content-type']?.includes('protobuf') && request.bytes && objectIn(request.bytes);
  if (!object) return request;
  return {
    ...request,
    headers: { ...request.headers, 'content-type': 'application/json' },
    body: JSON.stringify(object),
  };
}

function objectIn(body: Buffer): object | undefined {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const envelope = read(body.subarray(MAGIC.length), ENVELOPE);
  const { apiVersion = '', kind = '' } = (envelope.type ?? {}) as { apiVersion?: string; kind?: string };
  const message = MESSAGES[kind];
  return message && { apiVersion, kind, ...read(Buffer.from(String(envelope.raw ?? ''), 'base64'), message) };
}

function read(bytes: Buffer, message: Message): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const { number, value } of fieldsOf(bytes)) {
    const field = message[number];
    // Go writes what is not set as an empty text.
    if (field && !(field.as === 'text' && value instanceof Buffer && value.length === 0)) {
      found[field.name] = fieldValue(field, value, found[field.name]);
    }
  }
  return found;
}

function fieldValue({ as }: Field, value: Buffer | number, before: unknown): unknown {
  if (typeof value === 'number') return value;
  if (typeof as === 'object') return read(value, as);
  switch (as) {
    case 'texts':
    case 'blobs': {
      const entry = read(value, {
        1: { name: 'key', as: 'text' },
        2: { name: 'value', as: as === 'texts' ? 'text' : 'bytes' },
      });
      return { ...(before as object), [String(entry.key ?? '')]: entry.value ?? '' };
    }
    case 'bytes':
      return value.toString('base64');
    default:
      return value.toString('utf8');
  }
}

const VARINT = 0;
const LENGTH = 2;

function* fieldsOf(bytes: Buffer): Generator<{ number: number; value: Buffer | number }> {
  let at = 0;
  const varint = (): number => {
    let result = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes.readUInt8(at++);
      result += (byte & 127) * shift;
      if (byte < 128) return result;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === VARINT) yield { number, value: varint() };
    else if (tag % 8 === LENGTH) {
      const length = varint();
      yield { number, value: bytes.subarray(at, at + length) };
      at += length;
    } else throw new RangeError(`wire type ${tag % 8} is in none of these messages`);
  }
}
