/** What a read of a log may ask for. The API cuts the end of an answer off, never its beginning. */
export interface TailQuery {
  readonly tailLines: number;
  readonly limitBytes: number;
}

interface TailOfLog {
  readonly bytes: Buffer;
  /** Whether more was written before it. */
  readonly isCut: boolean;
}

/** Most logs are shorter than this, so that one small read has all of them. */
const FIRST_LINES = 500;
const MAX_GROWTH = 16;
/** So much of the room in use is good enough; the rest is not worth another read. */
const WELL_FILLED = 0.7;
const MAX_READS = 8;

/**
 * The last bytes of a log, by a few reads of at most that many bytes each. How long its lines are is not known beforehand, so
 * lines are asked for from few on until they fill the room.
 */
export async function readTail(read: (query: TailQuery) => Promise<Buffer>, most: number): Promise<TailOfLog> {
  let best: TailOfLog | undefined;
  let fits = 0;
  let tooMany = Number.POSITIVE_INFINITY;
  let lines = FIRST_LINES;
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    // One byte over: then the end is missing.
    const bytes = await read({ tailLines: lines, limitBytes: most + 1 });
    if (bytes.length > most) {
      tooMany = lines;
      // One line that is longer than the room: how it begins is all that can be read of it.
      if (lines === 1) return { bytes: bytes.subarray(0, most), isCut: true };
      lines = Math.max(1, fits > 0 ? middle(fits, tooMany) : Math.floor(lines / MAX_GROWTH));
    } else {
      fits = lines;
      best = { bytes, isCut: linesIn(bytes) >= lines };
      if (!best.isCut || bytes.length >= WELL_FILLED * most || tooMany - fits <= 1) return best;
      lines = tooMany < Number.POSITIVE_INFINITY ? middle(fits, tooMany) : lines * growth(bytes.length, most);
    }
  }
  return best ?? { bytes: Buffer.alloc(0), isCut: true };
}

const middle = (few: number, many: number): number => Math.max(few + 1, Math.floor((few + many) / 2));

const growth = (length: number, most: number): number =>
  Math.min(MAX_GROWTH, Math.max(2, Math.floor((0.9 * most) / Math.max(1, length))));

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1)) lines += 1;
  return lines + (bytes.length > 0 && bytes.at(-1) !== 0x0a ? 1 : 0);
}
