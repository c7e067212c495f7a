import { Search, SlidersHorizontal, TriangleAlert, UserCheck, X } from 'lucide-react';
import { type KeyboardEvent as ReactKeyboardEvent, useEffect, useRef, useState } from 'react';
import { useFilterValues } from '../../api/lists.ts';
import { useMe } from '../../api/me.ts';
import type { FilterValues } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import {
  byMetric,
  isFiltered,
  type JobFilters,
  metricOf,
  NEWEST_FIRST,
  NO_FILTERS,
  SORTS,
  type SortColumn,
  sortOf,
  usualSort,
} from '../../lib/filters.ts';
import { reasonLabel } from '../../lib/job-state.ts';
import { useMedia } from '../../lib/media.ts';

const TYPING_MS = 250;

type Change = (change: Partial<JobFilters>, replace?: boolean) => void;

const CHOICES = [
  { field: 'reason', label: 'Reason' },
  { field: 'owner', label: 'Owner' },
  { field: 'namespace', label: 'Namespace' },
  { field: 'algorithm', label: 'Algorithm' },
  { field: 'cluster', label: 'Cluster' },
] as const satisfies readonly { field: keyof JobFilters & keyof FilterValues; label: string }[];

/** What narrows the list. Phones fold the choices away. */
export function JobFilterBar({ filters, onChange }: { filters: JobFilters; onChange: Change }) {
  const wide = useMedia('(min-width: 40rem)');
  const [open, setOpen] = useState(false);
  const set = [...CHOICES.map(({ field }) => filters[field]), filters.attention].filter((value) => value !== '').length;
  return (
    <search className="flex flex-wrap items-center gap-2">
      <SearchField value={filters.q} onChange={(q) => onChange({ q }, true)} />
      {!wide && (
        <Button icon={SlidersHorizontal} aria-expanded={open} onClick={() => setOpen(!open)}>
          Filters{set > 0 && ` (${set})`}
        </Button>
      )}
      {(wide || open) && <Choices filters={filters} onChange={onChange} />}
      {wide && <MetricChoice sort={filters.sort} onChange={(sort) => onChange({ sort })} />}
      {!wide && open && <SortChoice sort={filters.sort} onChange={(sort) => onChange({ sort }, true)} />}
      {isFiltered(filters) && (
        <Button variant="ghost" icon={X} onClick={() => onChange(NO_FILTERS)}>
          Clear
        </Button>
      )}
    </search>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const typed = useTyped(value, onChange);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  return (
    <div className="relative min-w-48 flex-1 sm:max-w-xs">
      <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" />
      <input
        ref={input}
        type="search"
        aria-label="Search jobs"
        aria-keyshortcuts="Control+K Meta+K"
        placeholder="Search jobs"
        className="peer control pl-9"
        onKeyDown={goToTheRows}
        {...typed}
      />
      <kbd
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 rounded border border-line px-1.5 font-sans text-xs text-ink-faint peer-focus:hidden max-md:hidden peer-not-placeholder-shown:hidden"
      >
        Ctrl K
      </kbd>
    </div>
  );
}

/** From what was searched for to what was found; from there on the arrows go from row to row. */
const goToTheRows = (event: ReactKeyboardEvent): void => {
  if (event.key !== 'ArrowDown') return;
  const first = document.querySelector<HTMLElement>('[data-index="0"] a');
  if (first === null) return;
  event.preventDefault();
  first.focus();
};

function Choices({ filters, onChange }: { filters: JobFilters; onChange: Change }) {
  const values = useFilterValues().data;
  return (
    <>
      <Mine owner={filters.owner} onChange={(owner) => onChange({ owner }, true)} />
      <Button
        icon={TriangleAlert}
        aria-pressed={filters.attention === 'true'}
        onClick={() => onChange({ attention: filters.attention === '' ? 'true' : '' }, true)}
        className="aria-pressed:border-accent aria-pressed:bg-selected"
      >
        Needs attention
      </Button>
      {CHOICES.map(({ field, label }) => (
        <Choice
          key={field}
          label={label}
          value={filters[field]}
          values={values?.[field] ?? []}
          wordOf={field === 'reason' ? reasonLabel : (value) => value}
          onChange={(value) => onChange({ [field]: value }, true)}
        />
      ))}
    </>
  );
}

/** The order by a number that trainings tell; which of them has a column is chosen by it. */
function MetricChoice({ sort, onChange }: { sort: string; onChange: (sort: string) => void }) {
  return (
    <Choice
      label="Sort by number"
      value={metricOf(sort) ?? ''}
      values={useFilterValues().data?.metric ?? []}
      wordOf={(name) => `by ${name}`}
      onChange={(name) => onChange(name === '' ? NEWEST_FIRST : usualSort(byMetric(name)))}
    />
  );
}

/** Where nobody is asked who they are, nothing is anybody's. */
function Mine({ owner, onChange }: { owner: string; onChange: (owner: string) => void }) {
  const me = useMe().data;
  if (me === undefined || me.auth.mode === 'none') return null;
  const mine = owner === me.name;
  return (
    <Button
      icon={UserCheck}
      aria-pressed={mine}
      onClick={() => onChange(mine ? '' : me.name)}
      className="aria-pressed:border-accent aria-pressed:bg-selected"
    >
      Mine
    </Button>
  );
}

/** What the newest jobs have; a value that came with the address is a choice, too. */
function Choice({
  label,
  value,
  values,
  wordOf,
  onChange,
}: {
  label: string;
  value: string;
  values: FilterValues[keyof FilterValues];
  wordOf: (value: string) => string;
  onChange: (value: string) => void;
}) {
  const known = values.some((one) => one.value === value);
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={`control w-auto max-w-44 min-w-28 flex-none max-sm:w-[calc(50%-0.25rem)] max-sm:max-w-none ${value === '' ? 'text-ink-soft' : 'border-accent bg-selected'}`}
    >
      <option value="">{label}</option>
      {value !== '' && !known && <option value={value}>{wordOf(value)}</option>}
      {values.map((one) => (
        <option key={one.value} value={one.value}>
          {wordOf(one.value)} ({one.jobs.toLocaleString()})
        </option>
      ))}
    </select>
  );
}

/** Phones have no headings to press. */
function SortChoice({ sort, onChange }: { sort: string; onChange: (sort: string) => void }) {
  const { column, descending } = sortOf(sort);
  const told = useFilterValues().data?.metric?.map(({ value }) => value) ?? [];
  const chosen = metricOf(sort);
  const metrics = chosen === null || told.includes(chosen) ? told : [...told, chosen];
  return (
    <div className="flex w-full gap-2">
      <select
        aria-label="Sort by"
        value={column}
        onChange={({ target }) => onChange(usualSort(target.value as SortColumn))}
        className="control"
      >
        {SORTS.map((one) => (
          <option key={one.column} value={one.column}>
            Sort by {one.label.toLowerCase()}
          </option>
        ))}
        {metrics.map((name) => (
          <option key={name} value={byMetric(name)}>
            Sort by {name}
          </option>
        ))}
      </select>
      <Button onClick={() => onChange(descending ? column : `-${column}`)}>
        {descending ? 'Descending' : 'Ascending'}
      </Button>
    </div>
  );
}

/** What is typed is sent after a pause; what comes from outside (a link, the back button) replaces it. */
const useTyped = (value: string, onChange: (value: string) => void) => {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  const send = useRef(onChange);
  send.current = onChange;
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      send.current(text);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return { value: text, onChange: (event: { target: { value: string } }) => setText(event.target.value) };
};
