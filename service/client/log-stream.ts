import { chunksOf } from './chunks.ts';
import { Reconnect, type StreamOptions } from './reconnect.ts';

export interface LogOptions extends StreamOptions {
  /** Go on as the job writes, until it ends. */
  readonly follow?: boolean;
  /** One run of the job, from 1 on; all of them without it. */
  readonly run?: number;
  readonly cluster?: string;
  readonly pod?: string;
  readonly container?: string;
  /** Of each container. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
}

export interface LogLine {
  /** When it was written; null where nothing tells, and in lines of the service itself. */
  readonly at: string | null;
  /** With the pod that wrote it in front ("pod | "), where several speak. */
  readonly text: string;
}

export type LogQuery = Readonly<Record<string, string>>;

interface LogSource {
  open(query: LogQuery): Promise<Response>;
  /** Whether the job writes no more. */
  hasEnded(): Promise<boolean>;
}

/**
 * The lines of a job, to their end; with `follow` as they are written. A line to the service that breaks is taken up where it
 * broke: what is read again is told by its stamps, and left out.
 */
export async function* readLog(source: LogSource, options: LogOptions = {}): AsyncGenerator<LogLine, void, void> {
  const { signal, follow = false } = options;
  const reconnect = new Reconnect(options, (status) => status < 500 && status !== 429);
  const place = new Place();
  const read = async function* (query: LogQuery): AsyncGenerator<LogLine, void, void> {
    const response = await source.open(query);
    reconnect.opened();
    place.startOver();
    for await (const line of linesOf(chunksOf(response, { signal }))) if (place.isNew(line)) yield line;
  };
  while (!signal?.aborted) {
    try {
      yield* read(queryOf(options, place, follow));
      if (!follow || signal?.aborted) return;
      // The service also ends a stream when it stops, or when a token ends with it.
      if (await source.hasEnded()) {
        yield* read(queryOf(options, place, false));
        return;
      }
      await reconnect.afterEnd();
    } catch (error) {
      if (signal?.aborted) return;
      await reconnect.afterFailure(error);
    }
  }
}

const queryOf = (options: LogOptions, place: Place, follow: boolean): LogQuery => {
  const { run, cluster, pod, container, tailLines, sinceSeconds } = options;
  // The last lines of then are others than the last lines of now.
  const begun = tailLines === undefined ? undefined : place.secondsSinceFirst();
  const said = {
    run,
    cluster,
    pod,
    container,
    tailLines: begun === undefined ? tailLines : undefined,
    sinceSeconds: begun ?? sinceSeconds,
    follow,
    timestamps: true,
  };
  const entries = Object.entries(said).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
};

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<LogLine, void, void> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield stamped(line);
  }
  if (rest !== '') yield stamped(rest);
}

const stamped = (line: string): LogLine => {
  const stamp = STAMP.exec(line);
  return stamp === null ? { at: null, text: line } : { at: stamp[1] ?? null, text: line.slice(stamp[0].length) };
};

/** Who wrote a line, where several do. What only looks like it has an order of its own all the same. */
const SPEAKER = /^(?:[a-z0-9][-a-z0-9.]*\/)?[a-z0-9][-a-z0-9.]* \| /;

interface ReadUpTo {
  /** Of its first line, its newest, and how many lines have the newest. */
  readonly first: string;
  readonly newest: string;
  readonly lines: number;
}

/** How far each speaker has been read: the lines of one come in the same order each time, those of several do not. */
class Place {
  readonly #speakers = new Map<string, ReadUpTo>();
  /** As they were when the line broke. */
  #before = new Map<string, ReadUpTo>();
  #skipped = new Map<string, number>();

  startOver(): void {
    this.#before = new Map(this.#speakers);
    this.#skipped = new Map();
  }

  isNew({ at, text }: LogLine): boolean {
    // What the service itself says among the lines has no stamp, and is said once.
    const [name, stamp] = at === null ? [text, ''] : [SPEAKER.exec(text)?.[0] ?? '', at];
    const before = this.#before.get(name);
    if (before !== undefined && !isAfter(stamp, before.newest)) {
      const skipped = this.#skipped.get(name) ?? 0;
      if (stamp !== before.newest || skipped < before.lines) {
        if (stamp === before.newest) this.#skipped.set(name, skipped + 1);
        return false;
      }
    }
    const known = this.#speakers.get(name);
    if (known === undefined) this.#speakers.set(name, { first: stamp, newest: stamp, lines: 1 });
    else if (stamp === known.newest) this.#speakers.set(name, { ...known, lines: known.lines + 1 });
    else if (isAfter(stamp, known.newest)) this.#speakers.set(name, { ...known, newest: stamp, lines: 1 });
    return true;
  }

  /** A little more than needed: clocks differ, and what comes twice is left out. */
  secondsSinceFirst(): number | undefined {
    const first = Math.min(...[...this.#speakers.values()].flatMap(({ first }) => (first ? [Date.parse(first)] : [])));
    return Number.isFinite(first) ? Math.max(1, Math.ceil((Date.now() - first) / 1000) + 30) : undefined;
  }
}

/** Stamps of one kubelet have nine digits of a second each, so that text compares as time; of others milliseconds must do. */
const isAfter = (a: string, b: string): boolean => (a.length === b.length ? a > b : Date.parse(a) > Date.parse(b));
