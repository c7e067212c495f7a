import { useSyncExternalStore } from 'react';
import type { Signed } from '../../client/oidc.ts';
import { parseJson, tabStore } from '../lib/storage.ts';

/** How this tab proves who is using it. It ends with the tab: a token is never left on the disk of a shared machine. */
export type Session = Signed;

const KEY = 'session';
const listeners = new Set<() => void>();

const read = (): Session | null => {
  const stored = parseJson(tabStore.get(KEY));
  if (typeof stored !== 'object' || stored === null || !('token' in stored)) return null;
  return typeof stored.token === 'string' ? (stored as Session) : null;
};

let session = read();

export const currentSession = (): Session | null => session;

export const setSession = (next: Session | null): void => {
  session = next;
  if (next === null) tabStore.remove(KEY);
  else tabStore.set(KEY, JSON.stringify(next));
  for (const notify of listeners) notify();
};

/** What was fetched for one caller is not for the next. */
export const onSessionChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSession = (): Session | null => useSyncExternalStore(onSessionChange, currentSession);
