import { type ReactNode, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useAuth, useMe } from '../../api/me.ts';
import { messageOf, Problem, Unreachable } from '../../api/problem.ts';
import { setSession, useSession } from '../../api/session.ts';
import { Button } from '../../components/button.tsx';
import { Logo } from '../../components/logo.tsx';
import { CALLBACK_PATH } from './callback-path.ts';
import { NoAccess } from './no-access.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { useRenewal } from './use-renewal.ts';

/** Lets through who may use the page; asks the others to sign in. */
export function SignInGate({ children }: { children: ReactNode }) {
  const session = useSession();
  const auth = useAuth();
  const me = useMe();
  const callback = useSignInCallback();
  useRenewal(session);
  if (callback.running) return <Splash text="Signing in ..." />;
  if (auth.data && auth.data.mode !== 'none' && session === null)
    return <SignInPage auth={auth.data} failure={callback.failure} />;
  if (me.data) return children;
  const failure = auth.error ?? me.error;
  // Without the service nobody can be asked who they are: the page shows what it last knew, and says so.
  if (failure instanceof Unreachable) return children;
  if (failure instanceof Problem && failure.status === 403) return <NoAccess reason={failure.message} />;
  if (failure) return <CannotOpen error={failure} retry={() => void Promise.all([auth.refetch(), me.refetch()])} />;
  return <Splash text="Loading ..." />;
}

/** The way back from the identity provider: trades the code for a token, then goes where one wanted to go. */
const useSignInCallback = (): { running: boolean; failure: string | null } => {
  const [location, navigate] = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  const running = location === CALLBACK_PATH;
  useEffect(() => {
    if (!running) return;
    let left = false;
    const finish = async (): Promise<void> => {
      try {
        const { finishSignIn } = await import('./oidc-flow.ts');
        const { session, returnTo } = await finishSignIn(new URL(window.location.href));
        if (left) return;
        setSession(session);
        navigate(returnTo, { replace: true });
      } catch (error) {
        if (left) return;
        setFailure(messageOf(error));
        navigate('/', { replace: true });
      }
    };
    void finish();
    return () => {
      left = true;
    };
  }, [running, navigate]);
  return { running, failure };
};

function Splash({ text }: { text: string }) {
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-4 p-6">
      <Logo />
      <h1 className="sr-only">ML Platform</h1>
      <p role="status" className="text-ink-soft">
        {text}
      </p>
    </main>
  );
}

/** The service answers, but not even who is asking can be told. */
function CannotOpen({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <main className="grid min-h-dvh place-content-center justify-items-center gap-4 p-6 text-center">
      <Logo />
      <h1 className="text-lg font-semibold tracking-tight">ML Platform cannot be opened just now</h1>
      <div role="alert" className="grid max-w-prose gap-2">
        <p className="text-ink-soft">The service was reached, and could not answer. It says:</p>
        <p className="wrap-anywhere">{messageOf(error)}</p>
        <p className="text-ink-soft">
          Jobs that run are not touched by this. If it stays so, whoever runs the platform finds the cause in the
          service’s log.
        </p>
      </div>
      <Button variant="primary" onClick={retry}>
        Try again
      </Button>
    </main>
  );
}
