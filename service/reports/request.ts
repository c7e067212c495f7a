import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_REPORT_BYTES, parseReport, type Report } from '../trainingjob/index.ts';

// What both ends that take reports have in common: the operator's of one cluster, and the hub's for all.

/** Of a server that takes reports: who sends one is done with it in a moment. */
export const LIMITS = { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 15_000 } as const;

const TOKEN = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/;
const MAX_TOKEN = 8_192;

/** An answer other than 200; its words go to who reports. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
  }
}

/** Three parts with dots between them; what they are is for its reader to check. */
export function bearerOf({ headers }: IncomingMessage): string {
  const { authorization = '' } = headers;
  const token = authorization.length <= MAX_TOKEN ? TOKEN.exec(authorization)?.[1] : undefined;
  if (token === undefined) throw new Refusal(401, 'a bearer token is needed');
  return token;
}

export async function readReport(request: IncomingMessage): Promise<Report> {
  const parsed = parseReport(await readJson(request));
  if ('problems' in parsed) throw new Refusal(422, parsed.problems.join('; '));
  return parsed.report;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const tooLong = () => new Refusal(413, `a report has at most ${MAX_REPORT_BYTES} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > MAX_REPORT_BYTES) throw tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REPORT_BYTES) throw tooLong();
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'a report is JSON');
  }
}

/** One for each answer: "accepted", or the HTTP status. */
type OnAnswer = ((outcome: string) => void) | undefined;

export function reply(response: ServerResponse, status: number, body: object, onAnswer: OnAnswer): void {
  onAnswer?.(status === 200 ? 'accepted' : String(status));
  if (response.headersSent || response.destroyed) return;
  // What was not read of a report that is too long must not be taken for the next one.
  const headers = { 'content-type': 'application/json', ...(status === 413 ? { connection: 'close' } : {}) };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

export function refuse(
  response: ServerResponse,
  error: unknown,
  { onAnswer, onTrouble }: { readonly onAnswer: OnAnswer; readonly onTrouble: (error: unknown) => void },
): void {
  if (error instanceof Refusal) {
    reply(response, error.status, { message: error.message }, onAnswer);
    return;
  }
  onTrouble(error);
  reply(response, 503, { message: 'try again later' }, onAnswer);
}
