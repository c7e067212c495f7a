import type { JobEvent } from '../jobs/job.ts';

/** What happened after a place, as the database tells it: at most `size`, oldest first. */
type Read = (after: string) => Promise<readonly JobEvent[]>;

interface Page {
  readonly from: string;
  readonly events: readonly JobEvent[];
  readonly readAt: number;
  /** Nothing more had happened up to here; null when there is more. */
  readonly upTo: string | null;
}

/** A part of a page. */
type Past = Pick<Page, 'events' | 'upTo'>;

interface Resuming {
  readonly place: string;
  readonly resolve: (past: Past) => void;
  readonly reject: (error: unknown) => void;
}

/** Those who come back at once, after the service was away say, come within this. */
const FRESH_MS = 2000;
const MAX_PAGES = 8;

/**
 * Pages of the past for those who resume. One read at a time, and it serves all whose place lies in the page: 500 watchers that come
 * back together cost a few reads, not 500. What happened does not change, so a page also serves those who come a moment later.
 */
export function createHistory(
  read: Read,
  size: number,
  newest: () => string | null,
): { after(place: string): Promise<Past> } {
  let waiting: Resuming[] = [];
  let pages: Page[] = [];
  let reading = false;

  async function readWhileWanted(): Promise<void> {
    if (reading) return;
    reading = true;
    for (let head = waiting[0]; head !== undefined; head = waiting[0]) {
      const from = startFor(head);
      try {
        // Before the read: what comes meanwhile may or may not be in it.
        const known = newest();
        const events = await read(from);
        const page = { from, events, readAt: performance.now(), upTo: events.length < size ? known : null };
        if (events.length === size) pages = [page, ...pages.filter(isFresh)].slice(0, MAX_PAGES);
        settle(
          (each) => covers(page, each.place),
          ({ place, resolve }) => resolve(behind(page, place)),
        );
      } catch (error) {
        settle(
          (each) => each.place === from,
          ({ reject }) => reject(error),
        );
      }
    }
    reading = false;
  }

  /** Somewhat before the first of them, when others wait there: the same page then serves these, too. */
  function startFor(head: Resuming): string {
    const near = waiting
      .map(({ place }) => place)
      .filter((place) => !isLater(place, head.place) && isNear(place, head.place));
    return near.reduce((first, place) => (isLater(first, place) ? place : first), head.place);
  }

  const isNear = (place: string, other: string): boolean =>
    BigInt(other.split('-')[1] ?? 0) - BigInt(place.split('-')[1] ?? 0) < BigInt(Math.floor(size / 2));

  function settle(isServed: (each: Resuming) => boolean, serve: (each: Resuming) => void): void {
    const served = waiting.filter(isServed);
    waiting = waiting.filter((each) => !served.includes(each));
    for (const each of served) serve(each);
  }

  function covers({ from, events }: Page, place: string): boolean {
    if (place === from) return true;
    if (isLater(from, place)) return false;
    const last = events.at(-1);
    // A page that is not full reaches to the present.
    return events.length < size || (last !== undefined && isLater(last.id, place));
  }

  return {
    after(place) {
      const known = pages.find((page) => isFresh(page) && covers(page, place));
      if (known) return Promise.resolve(behind(known, place));
      return new Promise((resolve, reject) => {
        waiting.push({ place, resolve, reject });
        void readWhileWanted();
      });
    },
  };
}

const isFresh = ({ readAt }: Page): boolean => performance.now() - readAt < FRESH_MS;

const behind = ({ from, events, upTo }: Page, place: string): Past => ({
  events: place === from ? events : events.filter(({ id }) => isLater(id, place)),
  upTo,
});

/** Ids are `<transaction>-<sequence>`, in the order of both. */
export function isLater(id: string, other: string): boolean {
  const [xid = '0', seq = '0'] = id.split('-');
  const [otherXid = '0', otherSeq = '0'] = other.split('-');
  if (xid !== otherXid) return xid.length === otherXid.length ? xid > otherXid : xid.length > otherXid.length;
  return seq.length === otherSeq.length ? seq > otherSeq : seq.length > otherSeq.length;
}
