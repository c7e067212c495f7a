import { type FocusEvent, useCallback, useRef } from 'react';
import { type FieldError, Problem } from '../../api/problem.ts';
import { foreseeJob } from '../../api/service.ts';
import type { Draft } from '../../lib/draft.ts';
import { getAt, pathKey } from '../../lib/paths.ts';
import { sameValue } from './fields/parameter-words.ts';
import { FIELD_PREFIX } from './form-context.tsx';

/**
 * Whoever leaves a field is told what is wrong with it. The service is asked, by a dry run of the whole draft: it alone knows all
 * rules. Of fields that were not visited yet nothing is said, and without an answer nothing changes.
 */
export const useFieldChecks = (
  draft: Draft,
  setErrors: (change: (before: readonly FieldError[]) => readonly FieldError[]) => void,
) => {
  const visited = useRef(new Set<string>());
  const asking = useRef<AbortController>(undefined);
  const now = useRef(draft);
  now.current = draft;

  return useCallback(
    async ({ target }: FocusEvent<HTMLElement>) => {
      if (!target.id.startsWith(FIELD_PREFIX)) return;
      visited.current.add(target.id.slice(FIELD_PREFIX.length));
      asking.current?.abort();
      const asked = new AbortController();
      asking.current = asked;
      const draftThen = now.current;
      // What has been written into a field meanwhile is checked when that is left.
      const isChecked = ({ path }: FieldError) =>
        visited.current.has(pathKey(path)) && sameValue(getAt(draftThen, path), getAt(now.current, path));
      const found = await foreseeJob(draftThen, asked.signal).then(
        () => [],
        (error) => (error instanceof Problem && error.status === 400 ? error.fields : undefined),
      );
      if (found === undefined || asked.signal.aborted) return;
      setErrors((before) => [...before.filter((error) => !isChecked(error)), ...found.filter(isChecked)]);
    },
    [setErrors],
  );
};
