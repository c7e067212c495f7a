import { ArrowDownToLine, Clock, Download, Maximize2, Minimize2, ScrollText, WrapText } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { messageOf } from '../../api/problem.ts';
import type { Job } from '../../api/types.ts';
import { useLog } from '../../api/use-log.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Loading, Notice } from '../../components/notice.tsx';
import { isFinished } from '../../lib/job-state.ts';
import { shortPodName } from '../../lib/log-buffer.ts';
import { createSearch, findLines, findPlace, type LogPlace } from '../../lib/log-search.ts';
import { localStore } from '../../lib/storage.ts';
import { plural } from '../../lib/text.ts';
import { LogSearch } from './log-search.tsx';
import { LogView } from './log-view.tsx';
import { useLogDownload } from './use-log-download.ts';
import { useLogPlace } from './use-log-place.ts';

export function LogsPanel({ job, run }: { job: Job; run: number | null }) {
  const log = useLog(job, run);
  const { place, goTo: setPlace } = useLogPlace();
  const { pod } = place;
  const [current, setCurrent] = useState(0);
  const [follow, setFollow] = useState(place.q === '' && place.line === null);
  const [wrap, setWrap] = useKeptFlag('log-wrap', true);
  const [stamps, setStamps] = useKeptFlag('log-times', false);
  const [full, setFull] = useFullWindow();
  const download = useLogDownload(job, run, stamps);

  const pods = useMemo(
    () => [...new Set(log.lines.map((line) => line.pod))].filter((name) => name !== '').sort(),
    [log.lines],
  );
  const lines = useMemo(
    () => (pod === '' ? log.lines : log.lines.filter((line) => line.pod === pod)),
    [log.lines, pod],
  );
  const search = useMemo(() => createSearch(place.q, place.regex), [place.q, place.regex]);
  const found = useMemo(() => findLines(lines, search), [lines, search]);
  const marked = findPlace(lines, place);
  const at = Math.min(current, Math.max(0, found.length - 1));

  const goTo = (position: number): void => {
    setFollow(false);
    if (place.line !== null) setPlace({ line: null });
    setCurrent((position + found.length) % Math.max(1, found.length));
  };
  const searchFor = (change: Partial<LogPlace>): void => {
    setPlace({ line: null, ...change });
    setCurrent(0);
    if (change.q !== '') setFollow(false);
  };

  return (
    <div className={full ? 'fixed inset-0 z-40 flex flex-col gap-3 bg-surface p-4' : 'grid gap-3 p-4 sm:p-5'}>
      <div className="flex flex-wrap items-center gap-2">
        <LogSearch
          text={place.q}
          isPattern={place.regex}
          error={search.error}
          onText={(q) => searchFor({ q })}
          onPattern={(regex) => searchFor({ regex })}
          count={found.length}
          at={at}
          onMove={(step) => goTo(at + step)}
        />
        {pods.length > 1 && (
          <select
            aria-label="Pod"
            value={pod}
            onChange={(event) => setPlace({ pod: event.target.value, line: null })}
            className="control w-auto max-w-64"
          >
            <option value="">All {pods.length} pods</option>
            {pods.map((name) => (
              <option key={name} value={name}>
                {shortPodName(name)}
              </option>
            ))}
          </select>
        )}
        <div className="ml-auto flex items-center gap-1 sm:gap-2">
          <IconButton
            icon={WrapText}
            label="Wrap lines"
            aria-pressed={wrap}
            onClick={() => setWrap(!wrap)}
            className="aria-pressed:bg-selected aria-pressed:text-accent"
          />
          <IconButton
            icon={Clock}
            label="Times"
            aria-pressed={stamps}
            onClick={() => setStamps(!stamps)}
            className="aria-pressed:bg-selected aria-pressed:text-accent"
          />
          <IconButton
            icon={full ? Minimize2 : Maximize2}
            label={full ? 'Leave the full window' : 'Full window'}
            onClick={() => setFull(!full)}
          />
          <Button
            icon={ArrowDownToLine}
            aria-pressed={follow}
            onClick={() => setFollow(!follow)}
            className="aria-pressed:bg-selected"
          >
            Follow
          </Button>
          <IconButton
            icon={Download}
            label="Download"
            disabled={download.isPending}
            onClick={() => download.mutate()}
          />
        </div>
      </div>
      {lines.length > 0 ? (
        <LogView
          lines={lines}
          showPods={pod === '' && pods.length > 1}
          showTimes={stamps}
          search={search}
          target={place.line === null ? found[at] : marked < 0 ? undefined : marked}
          marked={lines[marked]?.number ?? null}
          wrap={wrap}
          tall={full}
          onLine={({ number, at }) => {
            setFollow(false);
            setPlace(number === lines[marked]?.number ? { line: null } : { line: number, at });
          }}
          follow={follow}
          onLeaveEnd={() => setFollow(false)}
        />
      ) : log.state === 'loading' ? (
        <Loading what="the log" />
      ) : (
        <Notice
          icon={ScrollText}
          title={isFinished(job.status) ? 'This job has left no log' : 'Nothing has been written yet'}
        >
          {isFinished(job.status)
            ? 'It ended before a container could write anything. The overview says why.'
            : 'Lines appear here as soon as a container of the job writes them.'}
        </Notice>
      )}
      <p role="status" className="text-xs text-ink-faint">
        {log.state === 'failed' && `The log cannot be read just now (${messageOf(log.error)}) It is tried again. `}
        {lines.length > 0 && plural(lines.length, 'line')}
        {log.state === 'following' && ', following as the job writes'}
        {log.state === 'ended' && lines.length > 0 && ', complete'}
      </p>
    </div>
  );
}

/** The log over the whole window, until Escape. */
const useFullWindow = () => {
  const [full, setFull] = useState(false);
  useEffect(() => {
    if (!full) return;
    const leave = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setFull(false);
    };
    addEventListener('keydown', leave);
    return () => removeEventListener('keydown', leave);
  }, [full]);
  return [full, setFull] as const;
};

/** How somebody likes to read logs, kept in this browser. */
const useKeptFlag = (key: string, usual: boolean) => {
  const [on, setOn] = useState(() => (localStore.get(key) ?? (usual ? 'yes' : 'no')) === 'yes');
  const set = (next: boolean): void => {
    localStore.set(key, next ? 'yes' : 'no');
    setOn(next);
  };
  return [on, set] as const;
};
