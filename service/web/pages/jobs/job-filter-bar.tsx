import { Search, SlidersHorizontal, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useAlgorithms, useClusters } from '../../api/lists.ts';
import { useMe } from '../../api/me.ts';
import { Button } from '../../components/button.tsx';
import { isFiltered, type JobFilters, NO_FILTERS } from '../../lib/filters.ts';
import { useMedia } from '../../lib/media.ts';

const TYPING_MS = 250;

type Change = (change: Partial<JobFilters>, replace?: boolean) => void;

export function JobFilterBar({ filters, onChange }: { filters: JobFilters; onChange: Change }) {
  const wide = useMedia('(min-width: 40rem)');
  const [open, setOpen] = useState(false);
  const set = [filters.namespace, filters.algorithm, filters.cluster].filter((value) => value !== '').length;
  return (
    <search className="flex flex-wrap items-center gap-2">
      <SearchField value={filters.q} onChange={(q) => onChange({ q }, true)} />
      {!wide && (
        <Button icon={SlidersHorizontal} aria-expanded={open} onClick={() => setOpen(!open)}>
          Filters{set > 0 && ` (${set})`}
        </Button>
      )}
      {(wide || open) && <Selects filters={filters} onChange={onChange} />}
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
    <div className="relative min-w-48 flex-1 sm:max-w-md">
      <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" />
      <input
        ref={input}
        type="search"
        aria-label="Search jobs"
        aria-keyshortcuts="Control+K Meta+K"
        placeholder="Search jobs"
        className="peer control pl-9"
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

function Selects({ filters, onChange }: { filters: JobFilters; onChange: Change }) {
  const algorithms = useAlgorithms().data ?? [];
  const clusters = useClusters().data ?? [];
  const me = useMe().data;
  return (
    <>
      <Choice
        label="Namespace"
        value={filters.namespace}
        options={me?.namespaces ?? []}
        onChange={(namespace) => onChange({ namespace }, true)}
      />
      <Choice
        label="Algorithm"
        value={filters.algorithm}
        options={[...algorithms.map((one) => one.name), 'container']}
        onChange={(algorithm) => onChange({ algorithm }, true)}
      />
      <Choice
        label="Cluster"
        value={filters.cluster}
        options={clusters.map((one) => one.name)}
        onChange={(cluster) => onChange({ cluster }, true)}
      />
    </>
  );
}

/** Suggests what is known, takes any name: a namespace or a container's own name is in no list. */
function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
}) {
  const listId = useId();
  const typed = useTyped(value, onChange);
  return (
    <>
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        list={listId}
        className="control w-36 flex-none max-sm:w-full"
        {...typed}
      />
      <datalist id={listId}>
        {options.map((option) => (
          <option key={option} value={option} />
        ))}
      </datalist>
    </>
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
