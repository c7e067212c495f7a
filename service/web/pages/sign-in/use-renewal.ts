import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { KEYS } from '../../api/cache.ts';
import { currentSession, type Session, setSession } from '../../api/session.ts';

const BEFORE_EXPIRY_MS = 30_000;

/** Keeps one signed in while the page is open. Where that fails, the service's refusal leads to signing in again. */
export const useRenewal = (session: Session | null): void => {
  const queryClient = useQueryClient();
  useEffect(() => {
    if (session?.renewal === undefined) return;
    const { renewal, token } = session;
    const renewNow = async (): Promise<void> => {
      const { renew } = await import('../../../client/oidc.ts');
      const next = await renew(renewal);
      if (currentSession() !== session) return;
      // The same person: nothing has to be asked again before the page can go on.
      queryClient.setQueryData([...KEYS.me, next.token], queryClient.getQueryData([...KEYS.me, token]));
      setSession(next);
    };
    const timer = setTimeout(
      () => renewNow().catch((error) => console.warn('The session could not be renewed.', error)),
      Math.max(0, renewal.expiresAt - Date.now() - BEFORE_EXPIRY_MS),
    );
    return () => clearTimeout(timer);
  }, [session, queryClient]);
};
