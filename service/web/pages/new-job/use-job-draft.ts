import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { KEYS } from '../../api/cache.ts';
import { useMe } from '../../api/me.ts';
import { getJob } from '../../api/service.ts';
import { type Draft, emptyDraft, forgetDraft, isDraft, loadDraft, saveDraft } from '../../lib/draft.ts';
import { namespacesToSubmit } from '../../lib/permissions.ts';

/** The draft: what was left here before, or the request of the job that is cloned (?from=), or an empty form. */
export const useJobDraft = () => {
  const me = useMe().data;
  const namespace = namespacesToSubmit(me)?.[0] ?? 'default';
  const [, navigate] = useLocation();
  const from = new URLSearchParams(useSearch()).get('from');
  const [draft, setDraft] = useState<Draft>(() => loadDraft() ?? emptyDraft(namespace));
  const [restored, setRestored] = useState(() => loadDraft() !== undefined);
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
    if (from === null || source.data === undefined) return;
    const request: unknown = JSON.parse(JSON.stringify(source.data.request));
    if (isDraft(request)) {
      replace(request);
      saveDraft(request);
    }
    // The draft is it now: a reload must not throw away what is changed from here on.
    navigate('/new', { replace: true });
  }, [from, source.data, replace, navigate]);

  return { draft, change, discard, restored, version, cloning: from, cloneError: from === null ? null : source.error };
};
