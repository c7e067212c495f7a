import type { LucideIcon } from 'lucide-react';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { messageOf } from '../api/problem.ts';
import { Button } from './button.tsx';

/** What stands where content would be: nothing there yet, or it could not be had. Always with what to do. */
export function Notice({
  icon: Icon,
  title,
  children,
  action,
}: {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="grid justify-items-center gap-2 px-6 py-14 text-center">
      <span className="grid size-11 place-items-center rounded-full bg-sunken text-ink-faint">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="mt-1 text-base font-semibold">{title}</p>
      {children && <div className="max-w-prose text-ink-soft">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

export function Failed({ what, error, retry }: { what: string; error: unknown; retry: () => void }) {
  return (
    <div role="alert">
      <Notice
        icon={CircleAlert}
        title={`${what} could not be loaded`}
        action={<Button onClick={retry}>Try again</Button>}
      >
        {messageOf(error)}
      </Notice>
    </div>
  );
}

const WIDTHS = ['w-full', 'w-11/12', 'w-4/5'];
const BARS = Array.from({ length: 12 }, (_, bar) => [`bar-${bar}`, WIDTHS[bar % WIDTHS.length]] as const);

/** Grey bars in the shape of what is coming; one word for those who do not see them. */
export function Loading({ what, rows = 6 }: { what: string; rows?: number }) {
  return (
    <div role="status" className="grid gap-3 p-4">
      <span className="sr-only">Loading {what} ...</span>
      {BARS.slice(0, rows).map(([name, width]) => (
        <div key={name} className={`h-7 animate-pulse rounded-md bg-sunken ${width}`} />
      ))}
    </div>
  );
}
