/** A request, parsed as far as every handler needs it. */
export interface ApiRequest {
  readonly method: string;
  /** Decoded segments. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** The body as it came, where it is no text. */
  readonly bytes?: Buffer;
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
}

export interface WholeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface StreamReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: AsyncIterable<string>;
}

/** An answer as data, not yet sent: faults can still be done to it. */
export type Reply = WholeReply | StreamReply;

export type Handler = (request: ApiRequest) => Reply | Promise<Reply>;

const AUDIT = { 'cache-control': 'no-cache, private' };

export const json = (status: number, value: unknown): WholeReply => jsonText(status, `${JSON.stringify(value)}\n`);

export const jsonText = (status: number, body: string): WholeReply => ({
  status,
  headers: { ...AUDIT, 'content-type': 'application/json' },
  body,
});

export const plain = (status: number, body: string): WholeReply => ({
  status,
  headers: { ...AUDIT, 'content-type': 'text/plain; charset=utf-8' },
  body,
});

export const streamed = (contentType: string, stream: AsyncIterable<string>): StreamReply => ({
  status: 200,
  headers: { ...AUDIT, 'content-type': contentType },
  stream,
});
