import { useEffect, useState } from 'react';
import type { Auth } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { Logo } from '../../components/logo.tsx';
import { OidcSignIn } from './oidc-sign-in.tsx';
import { TokenSignIn } from './token-sign-in.tsx';

export function SignInPage({ auth, failure }: { auth: Auth; failure: string | null }) {
  const [byToken, setByToken] = useState(auth.mode === 'tokens');
  useEffect(() => {
    document.title = 'Sign in · ML Platform';
  }, []);
  return (
    <main className="grid min-h-dvh place-content-center p-4">
      <div className="card grid w-full max-w-sm gap-5 p-7 sm:w-sm">
        <Logo />
        <div>
          <h1 className="text-lg font-semibold tracking-tight">Sign in to ML Platform</h1>
          <p className="mt-1 text-ink-soft">Submit training jobs and follow them to the end.</p>
        </div>
        {failure && (
          <p role="alert" className="rounded-lg bg-failed-soft px-3 py-2 text-failed wrap-anywhere">
            {failure}
          </p>
        )}
        {byToken ? <TokenSignIn /> : <OidcSignIn auth={auth} />}
        {auth.mode === 'oidc' && (
          <Button variant="ghost" onClick={() => setByToken(!byToken)}>
            {byToken ? 'Sign in with your organisation instead' : 'Use an access token instead'}
          </Button>
        )}
      </div>
    </main>
  );
}
