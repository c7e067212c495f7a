import { Hourglass, type LucideIcon, Plus, Rows3, Server } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useMe } from '../api/me.ts';
import { mayChangeSome } from '../lib/permissions.ts';
import { ButtonLink } from './button.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { KarmadaBanner } from './karmada-banner.tsx';
import { LiveDot } from './live-dot.tsx';
import { LocalTrainings } from './local-trainings.tsx';
import { Logo } from './logo.tsx';
import { ThemeButton } from './theme-button.tsx';
import { UserMenu } from './user-menu.tsx';

interface Place {
  readonly href: string;
  readonly label: string;
  readonly icon: LucideIcon;
}

const JOBS: Place = { href: '/', label: 'Jobs', icon: Rows3 };
const CLUSTERS: Place = { href: '/clusters', label: 'Clusters', icon: Server };
const GOODPUT: Place = { href: '/goodput', label: 'Goodput', icon: Hourglass };
const NEW_JOB: Place = { href: '/new', label: 'New job', icon: Plus };

/** The frame around every page: navigation above, on phones also below, where the thumb is. */
export function AppShell({ children }: { children: ReactNode }) {
  const maySubmit = mayChangeSome(useMe().data);
  return (
    <div className="flex min-h-dvh flex-col max-sm:pb-16">
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-[100rem] items-center gap-1.5 px-4 sm:px-6">
          <Link href="/" className="mr-3 flex items-center gap-2.5 rounded-lg font-semibold tracking-tight">
            <Logo />
            ML Platform
          </Link>
          <nav aria-label="Main" className="flex gap-1 max-sm:hidden">
            <TopLink place={JOBS} />
            <TopLink place={CLUSTERS} />
            <TopLink place={GOODPUT} />
          </nav>
          <div className="ml-auto flex items-center gap-1">
            <LiveDot />
            <ThemeButton />
            <UserMenu />
            {maySubmit && (
              <ButtonLink href="/new" variant="primary" icon={Plus} className="ml-1.5 max-sm:hidden">
                New job
              </ButtonLink>
            )}
          </div>
        </div>
        <LocalTrainings />
      </header>
      <ConnectionBanner />
      <KarmadaBanner />
      <main id="content" tabIndex={-1} className="flex-1 outline-none">
        {children}
      </main>
      <nav
        aria-label="Main, below"
        className="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-surface sm:hidden"
      >
        {[JOBS, ...(maySubmit ? [NEW_JOB] : []), CLUSTERS, GOODPUT].map((place) => (
          <BottomLink key={place.href} place={place} />
        ))}
      </nav>
    </div>
  );
}

const useIsAt = ({ href }: Place): boolean => {
  const [location] = useLocation();
  return location === href || (href === '/' && location.startsWith('/jobs/'));
};

function TopLink({ place }: { place: Place }) {
  const here = useIsAt(place);
  return (
    <Link
      href={place.href}
      aria-current={here ? 'page' : undefined}
      className={`rounded-lg px-3 py-1.5 font-medium transition-colors ${here ? 'bg-sunken text-ink' : 'text-ink-soft hover:bg-hover hover:text-ink'}`}
    >
      {place.label}
    </Link>
  );
}

function BottomLink({ place }: { place: Place }) {
  const here = useIsAt(place);
  return (
    <Link
      href={place.href}
      aria-current={here ? 'page' : undefined}
      className={`grid h-16 flex-1 place-content-center justify-items-center gap-1 text-xs font-medium ${here ? 'text-accent' : 'text-ink-soft'}`}
    >
      <place.icon aria-hidden className="size-5" />
      {place.label}
    </Link>
  );
}
