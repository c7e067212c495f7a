import { type Query, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { type EventStream, Problem } from '../../client/index.ts';
import { applyEvents, applyProgress, KEYS } from './cache.ts';
import { createListening } from './listening.ts';
import { readEvents } from './service.ts';
import { setSession, useSession } from './session.ts';
import type { JobEvent, ProgressNews } from './types.ts';

export interface LiveConnection {
  readonly state: 'connecting' | 'live' | 'lost';
  /** When the service was last heard, while the line is lost. */
  readonly lastHeard: Date | null;
}

interface Live {
  readonly connection: LiveConnection;
  retryNow(): void;
  /** What events keep up to date is read after this. */
  readonly listening: Promise<void>;
  /** Called with events as they arrive, several at a time when they come fast. */
  onEvents(listener: (events: readonly JobEvent[]) => void): () => void;
}

const LiveContext = createContext<Live | null>(null);

/** Events are applied in batches: a thousand a second must not mean a thousand renderings. */
const BATCH_MS = 100;

/** One event stream for the whole page: keeps what the page has fetched up to date, and tells whether the service can be reached. */
export function LiveUpdates({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const session = useSession();
  const [connection, setConnection] = useState<LiveConnection>({ state: 'connecting', lastHeard: null });
  const stream = useRef<EventStream>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies(session?.token): each stream begins once
  const listening = useMemo(() => createListening(), [session?.token]);
  const listeners = useRef(new Set<(events: readonly JobEvent[]) => void>());

  // biome-ignore lint/correctness/useExhaustiveDependencies(session?.token): another identity needs another stream
  useEffect(() => {
    let lastHeard: Date | null = null;
    let wasLost = false;
    let batch: JobEvent[] = [];
    let progress = new Map<string, ProgressNews>();
    let timer: ReturnType<typeof setTimeout> | undefined;

    const flush = (): void => {
      const events = batch;
      const news = progress;
      batch = [];
      progress = new Map();
      timer = undefined;
      if (news.size > 0) applyProgress(queryClient, news);
      if (events.length === 0) return;
      applyEvents(queryClient, events);
      for (const listener of listeners.current) listener(events);
    };

    const leaving = new AbortController();
    const events = readEvents({
      signal: leaving.signal,
      onAlive: () => {
        lastHeard = new Date();
      },
      onProgress: (news) => {
        for (const each of news) progress.set(each.id, each);
        timer ??= setTimeout(flush, BATCH_MS);
      },
      onConnection: ({ state }) => {
        if (state === 'open') {
          lastHeard = new Date();
          // The stream resumes without a gap, but not what is fetched beside it: pods, clusters, counts. A list that is
          // being read keeps its place: events bring its rows up to date, and what is new is announced.
          const { isLate } = listening.open();
          if (wasLost || isLate)
            void queryClient.invalidateQueries({ predicate: (query) => isLate || !isListBeingRead(query) });
        }
        wasLost = state === 'lost';
        setConnection({ state: wasLost ? 'lost' : 'live', lastHeard });
      },
    });
    stream.current = events;
    const read = async (): Promise<void> => {
      for await (const event of events) {
        batch.push(event);
        timer ??= setTimeout(flush, BATCH_MS);
      }
    };
    // It tries again by itself, until it is told that this session may not read.
    read().catch((error) => {
      if (error instanceof Problem) setSession(null);
      setConnection({ state: 'lost', lastHeard });
    });
    const online = () => stream.current?.retryNow();
    addEventListener('online', online);
    return () => {
      removeEventListener('online', online);
      clearTimeout(timer);
      leaving.abort();
    };
  }, [queryClient, listening, session?.token]);

  const live = useMemo<Live>(
    () => ({
      connection,
      retryNow: () => stream.current?.retryNow(),
      listening: listening.begun,
      onEvents: (listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [connection, listening],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

const isListBeingRead = ({ queryKey, state }: Query): boolean =>
  queryKey[0] === KEYS.jobLists[0] && state.data !== undefined && state.status !== 'error';

export const useLive = (): Live => {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('useLive is used outside LiveUpdates');
  return live;
};
