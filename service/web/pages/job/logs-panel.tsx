import { ArrowDownToLine, Download, ScrollText } from 'lucide-react';
import { useMemo, useState } from 'react';
import { messageOf } from '../../api/problem.ts';
import type { Job } from '../../api/types.ts';
import { useLog } from '../../api/use-log.ts';
import { Button } from '../../components/button.tsx';
import { Loading, Notice } from '../../components/notice.tsx';
import { isFinished } from '../../lib/job-state.ts';
import { findLines, shortPodName } from '../../lib/log-buffer.ts';
import { plural } from '../../lib/text.ts';
import { LogSearch } from './log-search.tsx';
import { LogView } from './log-view.tsx';
import { useLogDownload } from './use-log-download.ts';

export function LogsPanel({ job, run }: { job: Job; run: number | null }) {
  const log = useLog(job, run);
  const [pod, setPod] = useState('');
  const [search, setSearch] = useState('');
  const [current, setCurrent] = useState(0);
  const [follow, setFollow] = useState(true);
  const download = useLogDownload(job, run);

  const pods = useMemo(
    () => [...new Set(log.lines.map((line) => line.pod))].filter((name) => name !== '').sort(),
    [log.lines],
  );
  const lines = useMemo(
    () => (pod === '' ? log.lines : log.lines.filter((line) => line.pod === pod)),
    [log.lines, pod],
  );
  const found = useMemo(() => findLines(lines, search), [lines, search]);
  const at = Math.min(current, Math.max(0, found.length - 1));

  const goTo = (position: number): void => {
    setFollow(false);
    setCurrent((position + found.length) % Math.max(1, found.length));
  };

  return (
    <div className="grid gap-3 p-4 sm:p-5">
      <div className="flex flex-wrap items-center gap-2">
        <LogSearch
          text={search}
          onText={(text) => {
            setSearch(text);
            setCurrent(0);
            if (text !== '') setFollow(false);
          }}
          count={found.length}
          at={at}
          onMove={(step) => goTo(at + step)}
        />
        {pods.length > 1 && (
          <select
            aria-label="Pod"
            value={pod}
            onChange={(event) => setPod(event.target.value)}
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
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <Button
            icon={ArrowDownToLine}
            aria-pressed={follow}
            onClick={() => setFollow(!follow)}
            className="aria-pressed:bg-selected"
          >
            Follow
          </Button>
          <Button icon={Download} busy={download.isPending} onClick={() => download.mutate()}>
            Download
          </Button>
        </div>
      </div>
      {lines.length > 0 ? (
        <LogView
          lines={lines}
          showPods={pod === '' && pods.length > 1}
          search={search}
          target={search === '' ? undefined : found[at]}
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
