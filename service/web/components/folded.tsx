import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

/** What not everybody wants to see, behind a line that unfolds it. `open` unfolds it when it becomes true. */
export function Folded({ label, open = false, children }: { label: ReactNode; open?: boolean; children: ReactNode }) {
  return (
    <details open={open} className="group">
      <summary className="-ml-1.5 flex min-h-8 w-fit list-none items-center gap-1 rounded-md pr-2 font-medium hover:bg-hover">
        <ChevronRight aria-hidden className="size-4 text-ink-faint transition-transform group-open:rotate-90" />
        {label}
      </summary>
      <div className="mt-2">{children}</div>
    </details>
  );
}
