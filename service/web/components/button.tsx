import type { LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'wouter';

type Variant = 'primary' | 'secondary' | 'ghost' | 'danger';

const BASE =
  'inline-flex min-h-9 items-center justify-center gap-1.5 rounded-lg px-3 font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-50 max-sm:min-h-10';
const VARIANTS: Record<Variant, string> = {
  primary: 'bg-accent text-on-accent enabled:hover:bg-accent-strong [a&]:hover:bg-accent-strong',
  secondary: 'border border-line-strong bg-surface text-ink enabled:hover:bg-hover [a&]:hover:bg-hover',
  ghost: 'text-ink-soft enabled:hover:bg-hover enabled:hover:text-ink [a&]:hover:bg-hover',
  danger: 'border border-failed bg-surface text-failed enabled:hover:bg-failed-soft',
};

interface Look {
  variant?: Variant;
  icon?: LucideIcon;
  children: ReactNode;
}

export function Button({
  variant = 'secondary',
  icon: Icon,
  busy = false,
  className = '',
  children,
  ...button
}: Look & { busy?: boolean } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type="button"
      {...button}
      disabled={button.disabled === true || busy}
      aria-busy={busy || undefined}
      className={`${BASE} ${VARIANTS[variant]} ${className}`}
    >
      {Icon && <Icon aria-hidden className={`size-4 shrink-0 ${busy ? 'animate-pulse' : ''}`} />}
      {children}
    </button>
  );
}

export function ButtonLink({
  variant = 'secondary',
  icon: Icon,
  href,
  className = '',
  children,
}: Look & { href: string; className?: string }) {
  return (
    <Link href={href} className={`${BASE} ${VARIANTS[variant]} ${className}`}>
      {Icon && <Icon aria-hidden className="size-4 shrink-0" />}
      {children}
    </Link>
  );
}

/** A button with an icon only; screen readers read its label. */
export function IconButton({
  icon: Icon,
  label,
  className = '',
  ...button
}: { icon: LucideIcon; label: string } & Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'>) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...button}
      className={`inline-grid size-9 shrink-0 place-items-center rounded-lg text-ink-soft transition-colors enabled:hover:bg-hover enabled:hover:text-ink disabled:opacity-40 ${className}`}
    >
      <Icon aria-hidden className="size-4.5" />
    </button>
  );
}
