import { useQueryClient } from '@tanstack/react-query';
import { forgetDraft } from '../lib/draft.ts';
import { setSession } from './session.ts';

/** Leaves nothing of the caller behind in this browser. */
export const useSignOut = (): (() => void) => {
  const queryClient = useQueryClient();
  return () => {
    forgetDraft();
    setSession(null);
    queryClient.clear();
  };
};
