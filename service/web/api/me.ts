import { useQuery } from '@tanstack/react-query';
import { KEYS } from './cache.ts';
import { getAuth, getMe } from './service.ts';
import { useSession } from './session.ts';

/** How the service knows its callers; changes only with its configuration. */
export const useAuth = () =>
  useQuery({ queryKey: KEYS.auth, queryFn: ({ signal }) => getAuth(signal), staleTime: Number.POSITIVE_INFINITY });

/** Who is using the page and what they may do; nobody until they have signed in, where that is asked for. */
export const useMe = () => {
  const session = useSession();
  const auth = useAuth();
  return useQuery({
    queryKey: [...KEYS.me, session?.token ?? null],
    queryFn: ({ signal }) => getMe(signal),
    staleTime: 60_000,
    enabled: session !== null || auth.data?.mode === 'none',
  });
};
