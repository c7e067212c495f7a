import { Bell, BellRing } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { useLive } from '../api/live.tsx';
import type { Job } from '../api/types.ts';
import { isFinished } from '../lib/job-state.ts';
import { localStore, parseJson } from '../lib/storage.ts';
import { readWatched, toldOf } from '../lib/watched-jobs.ts';
import { Button } from './button.tsx';
import { toast } from './toasts.tsx';

// Jobs that somebody wants to hear of while a tab of the page is open; by the browser, in whatever window he is then.

const KEY = 'watched-jobs';
let watched = readWatched(parseJson(localStore.get(KEY)));
const listeners = new Set<() => void>();

const setWatched = (ids: readonly string[]): void => {
  watched = readWatched([...ids]);
  localStore.set(KEY, JSON.stringify(watched));
  for (const notify of listeners) notify();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Shows them as they come; nothing to see of it on the page. */
export function JobNotifications() {
  const { onEvents } = useLive();
  const [, navigate] = useLocation();
  useEffect(
    () =>
      onEvents((events) => {
        for (const { jobId, title, body, ended } of toldOf(events, watched)) {
          if (ended) setWatched(watched.filter((id) => id !== jobId));
          // The same tag: two tabs tell it once.
          const notification = new Notification(title, { body, tag: `${jobId} ${title}` });
          notification.onclick = () => {
            focus();
            navigate(`/jobs/${jobId}`);
          };
        }
      }),
    [onEvents, navigate],
  );
  return null;
}

/** On the job's page, until it has ended. Browsers have no notifications on pages that did not come over HTTPS. */
export function NotifyButton({ job }: { job: Job }) {
  const ids = useSyncExternalStore(subscribe, () => watched);
  if (isFinished(job.status) || !('Notification' in window) || !window.isSecureContext) return null;
  const on = ids.includes(job.id);
  const toggle = async (): Promise<void> => {
    if (on) setWatched(ids.filter((id) => id !== job.id));
    else if ((await Notification.requestPermission()) === 'granted') setWatched([...ids, job.id]);
    else toast('failed', 'The browser does not allow this page to notify you; its settings for this site say why.');
  };
  return (
    <Button
      icon={on ? BellRing : Bell}
      aria-pressed={on}
      onClick={() => void toggle()}
      className="aria-pressed:border-accent aria-pressed:bg-selected"
    >
      Notify me
    </Button>
  );
}
