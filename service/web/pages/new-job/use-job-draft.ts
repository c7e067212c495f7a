import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { KEYS } from '../../api/cache.ts';
import { useMe } from '../../api/me.ts';
import { getJob } from '../../api/service.ts';
import { type Draft, emptyDraft, forgetDraft, isDraft, loadDraft, saveDraft } from '../../lib/draft.ts';
import { setAt } from '../../lib/paths.ts';
import { namespacesToSubmit } from '../../lib/permissions.ts';

/** The draft: what was left here before, or the request of the job that is cloned (?from=), or an empty form. */
export const useJobDraft = () => {
  const me = useMe().data;
  const namespace = namespacesToSubmit(me)?.[0] ?? 'default';
  const [, navigate] = useLocation();
  const search = new URLSearchParams(useSearch());
  const from = search.get('from');
  /** Another size than the cloned job had: what a hint offers, filled in. */
  const memoryGiB = Number(search.get('memoryGiB'));
  const [draft, setDraft] = useState<Draft>(() => loadDraft() ?? emptyDraft(namespace));
  const [restored, setRestored] = useState(() => loadDraft() !== undefined);
  /** A clone would take the place of what somebody has begun to write: only when they say so. */
  const [mayReplace, setMayReplace] = useState(false);
  const asksToReplace = from !== null && restored && !mayReplace;
  /** Goes up when another draft takes the place of this one, so that fields begin anew. */
  const [version, setVersion] = useState(0);

  const change = useCallback((next: Draft | ((draft: Draft) => Draft)) => {
    setDraft((before) => {
      const after = typeof next === 'function' ? next(before) : next;
      saveDraft(after);
      return after;
    });
  }, []);
  const replace = useCallback((next: Draft) => {
    setDraft(next);
    setVersion((before) => before + 1);
    setRestored(false);
  }, []);
  const discard = useCallback(() => {
    forgetDraft();
    replace(emptyDraft(namespace));
  }, [replace, namespace]);

  const source = useQuery({
    queryKey: KEYS.job(from ?? ''),
    queryFn: ({ signal }) => getJob(from ?? '', signal),
    enabled: from !== null,
  });
  useEffect(() => {
    if (from === null || source.data === undefined || asksToReplace) return;
    const request: unknown = JSON.parse(JSON.stringify(source.data.request));
    if (isDraft(request)) {
      const sized =
        memoryGiB > 0 ? setAt(request, ['resources', 'instanceResources', 'memoryGiB'], memoryGiB) : request;
      replace(sized);
      saveDraft(sized);
    }
    setMayReplace(false);
    // The draft is it now: a reload must not throw away what is changed from here on.
    navigate('/new', { replace: true });
  }, [from, source.data, replace, navigate, asksToReplace, memoryGiB]);

  return {
    draft,
    change,
    discard,
    restored,
    version,
    cloning: from,
    cloneError: from === null ? null : source.error,
    asksToReplace,
    replaceDraft: () => setMayReplace(true),
    keepDraft: () => navigate('/new', { replace: true }),
  };
};
