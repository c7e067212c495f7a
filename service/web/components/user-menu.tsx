import { CircleUser, LogOut } from 'lucide-react';
import { useMe } from '../api/me.ts';
import { useSession } from '../api/session.ts';
import { useSignOut } from '../api/sign-out.ts';
import { Button } from './button.tsx';

/** Who is signed in, with which role, and the way out. Nothing where the service asks nobody who they are. */
export function UserMenu() {
  const session = useSession();
  const { data: me } = useMe();
  const signOut = useSignOut();
  if (session === null || me === undefined) return null;
  return (
    <details className="group relative" name="menu">
      <summary className="flex min-h-9 list-none items-center gap-1.5 rounded-lg px-2 text-ink-soft hover:bg-hover hover:text-ink">
        <CircleUser aria-hidden className="size-4.5" />
        <span className="max-w-40 truncate max-sm:sr-only">{me.name}</span>
      </summary>
      <div className="card absolute right-0 z-30 mt-2 grid w-64 gap-3 p-4 shadow-float">
        <p className="font-medium wrap-anywhere">{me.name}</p>
        <p className="text-ink-soft">
          {me.role === null ? 'No role' : `Role: ${me.role}`}
          {me.namespaces && ` in ${me.namespaces.join(', ')}`}
        </p>
        <Button icon={LogOut} onClick={signOut}>
          Sign out
        </Button>
      </div>
    </details>
  );
}
