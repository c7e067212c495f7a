import { StringDecoder } from 'node:string_decoder';
import type { Job } from '../jobs/job.ts';

/** A line without an end must not fill the memory: it is handed on in pieces of this size. */
const MAX_LINE = 64 * 1024;

export interface Line {
  /** When the container wrote it, as the kubelet noted; empty when that is not known. */
  readonly at: string;
  /** Without the line's end. */
  readonly text: string;
}

/** Told of what a job's program writes, line by line: of one container from its start on, or from somewhere on. */
export type Learn = (
  job: Job,
  source: { readonly cluster: string; readonly pod: string },
  isFromStart: boolean,
) => (line: Line) => void;

/** As it is sent on, its stamp in front where stamps are asked for. */
export const told = (prefix: string, { at, text }: Line, timestamps = false): string =>
  `${timestamps && at !== '' ? `${at} ` : ''}${prefix}${text}\n`;

/** Splits what the kubelet sends with timestamps=true. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield stamped(line);
    while (rest.length > MAX_LINE) {
      yield stamped(rest.slice(0, MAX_LINE));
      rest = rest.slice(MAX_LINE);
    }
  }
  rest += decoder.end();
  if (rest !== '') yield stamped(rest);
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

export function stamped(line: string): Line {
  const at = STAMP.exec(line);
  return at ? { at: at[1] ?? '', text: line.slice(at[0].length) } : { at: '', text: line };
}
