import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';

/** A button that unfolds a small card below it; closed by Escape and by a press anywhere else. */
export function Menu({
  icon: Icon,
  label,
  className = '',
  children,
}: {
  icon: LucideIcon;
  label: string;
  className?: string;
  children: ReactNode;
}) {
  const details = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const close = (event: Event): void => {
      const element = details.current;
      if (!element?.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        element.querySelector('summary')?.focus();
      } else if (element.contains(event.target as Node)) return;
      element.open = false;
    };
    addEventListener('pointerdown', close);
    addEventListener('keydown', close);
    return () => {
      removeEventListener('pointerdown', close);
      removeEventListener('keydown', close);
    };
  }, []);
  return (
    <details
      ref={details}
      className={`relative ${className}`}
      name="menu"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="flex min-h-9 list-none items-center gap-1.5 rounded-lg border border-line-strong bg-surface px-3 font-medium hover:bg-hover max-sm:min-h-10">
        <Icon aria-hidden className="size-4" />
        {label}
      </summary>
      {open && (
        <div className="card absolute right-0 z-30 mt-2 grid w-72 max-w-[calc(100vw-2rem)] gap-3 p-4 shadow-float">
          {children}
        </div>
      )}
    </details>
  );
}
