import { Link } from 'wouter';

const TABS = [
  { name: 'overview', label: 'Overview' },
  { name: 'curves', label: 'Curves' },
  { name: 'logs', label: 'Logs' },
  { name: 'request', label: 'Request' },
  { name: 'manifest', label: 'Manifest' },
  { name: 'attempts', label: 'Attempts' },
] as const;
type TabName = (typeof TABS)[number]['name'];

export const tabNamed = (name: string | undefined): TabName =>
  TABS.find((tab) => tab.name === name)?.name ?? 'overview';

export const labelOf = (tab: TabName): string => TABS.find(({ name }) => name === tab)?.label ?? tab;

/** Links, not tabs in the sense of ARIA: each has an address that can be shared. */
export function JobTabs({ id, current }: { id: string; current: TabName }) {
  return (
    <nav aria-label="Parts of the job" className="-mt-1 flex gap-1 overflow-x-auto border-b border-line">
      {TABS.map(({ name, label }) => (
        <Link
          key={name}
          href={name === 'overview' ? `/jobs/${id}` : `/jobs/${id}/${name}`}
          replace
          aria-current={name === current ? 'page' : undefined}
          className={`-mb-px border-b-2 px-3 py-3 max-sm:px-2 font-medium whitespace-nowrap -outline-offset-4 ${name === current ? 'border-accent text-ink' : 'border-transparent text-ink-soft hover:text-ink'}`}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
