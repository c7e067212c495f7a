import { Lock } from 'lucide-react';
import { useSignOut } from '../../api/sign-out.ts';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';

/** Known, but allowed nothing: an identity provider's user whose groups have no role here. */
export function NoAccess({ reason }: { reason: string }) {
  const signOut = useSignOut();
  return (
    <main className="grid min-h-dvh place-content-center p-4">
      <h1 className="sr-only">No access</h1>
      <div className="card">
        <Notice
          icon={Lock}
          title="You are signed in, but have no role here"
          action={<Button onClick={signOut}>Sign in as someone else</Button>}
        >
          {reason}. Ask an administrator of the platform to give your group a role.
        </Notice>
      </div>
    </main>
  );
}
