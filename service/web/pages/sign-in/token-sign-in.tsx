import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { KEYS } from '../../api/cache.ts';
import { messageOf, Problem } from '../../api/problem.ts';
import { getMe } from '../../api/service.ts';
import { setSession } from '../../api/session.ts';
import { Button } from '../../components/button.tsx';

/** The token is tried before it is kept. */
export function TokenSignIn() {
  const queryClient = useQueryClient();
  const [token, setToken] = useState('');
  const inputId = useId();
  const helpId = useId();
  const signIn = useMutation({
    mutationFn: async (given: string) => ({ given, me: await getMe(undefined, given) }),
    onSuccess: ({ given, me }) => {
      // The caller before may have been somebody else.
      queryClient.clear();
      queryClient.setQueryData([...KEYS.me, given], me);
      setSession({ token: given });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '') signIn.mutate(token.trim());
  };
  const refused = signIn.error instanceof Problem && signIn.error.status === 401;
  return (
    <form onSubmit={submit} className="grid gap-3">
      <label htmlFor={inputId} className="font-medium">
        Access token
      </label>
      <input
        id={inputId}
        type="password"
        autoComplete="current-password"
        value={token}
        onChange={(event) => setToken(event.target.value)}
        aria-invalid={signIn.isError}
        aria-describedby={helpId}
        className="control font-mono"
      />
      <div id={helpId}>
        {signIn.isError ? (
          <p role="alert" className="text-failed">
            {refused
              ? 'The service does not know this token. Ask an administrator for a valid one.'
              : messageOf(signIn.error)}
          </p>
        ) : (
          <p className="text-ink-soft">Kept in this browser tab only, until you close it or sign out.</p>
        )}
      </div>
      <Button type="submit" variant="primary" icon={LogIn} busy={signIn.isPending} disabled={token.trim() === ''}>
        Sign in
      </Button>
    </form>
  );
}
