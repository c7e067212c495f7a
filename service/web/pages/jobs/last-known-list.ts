import { onSessionChange } from '../../api/session.ts';
import type { JobPage, ListedJob } from '../../api/types.ts';
import { type JobFilters, writeFilters } from '../../lib/filters.ts';
import { parseJson, tabStore } from '../../lib/storage.ts';

// A reload while the service is away still shows the last list of this view. Only the latest view is kept, only for this tab.
const KEY = 'last-known-list';

interface Kept {
  readonly view: string;
  readonly page: JobPage;
}

export const rememberList = (filters: JobFilters, page: JobPage): void => {
  const kept: Kept = { view: writeFilters(filters), page };
  tabStore.set(KEY, JSON.stringify(kept));
};

export const lastKnownList = (filters: JobFilters): Kept | undefined => {
  const kept = parseJson(tabStore.get(KEY));
  if (typeof kept !== 'object' || kept === null || !('view' in kept) || !('page' in kept)) return undefined;
  const { view, page } = kept as Kept;
  const jobs: readonly ListedJob[] | undefined = page?.jobs;
  return view === writeFilters(filters) && Array.isArray(jobs) ? { view, page } : undefined;
};

onSessionChange(() => tabStore.remove(KEY));
