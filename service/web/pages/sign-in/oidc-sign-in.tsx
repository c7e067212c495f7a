import { useMutation } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { messageOf } from '../../api/problem.ts';
import type { Auth } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';

export function OidcSignIn({ auth }: { auth: Auth }) {
  const begin = useMutation({ mutationFn: async () => (await import('./oidc-flow.ts')).beginSignIn(auth) });
  return (
    <div className="grid gap-3">
      {begin.isError && (
        <p role="alert" className="text-failed wrap-anywhere">
          The identity provider cannot be used: {messageOf(begin.error)}
        </p>
      )}
      {/* Busy also after success: the browser is on its way to the provider. */}
      <Button variant="primary" icon={LogIn} busy={begin.isPending || begin.isSuccess} onClick={() => begin.mutate()}>
        Sign in with your organisation
      </Button>
    </div>
  );
}
