import { ChevronDown, ChevronUp, Regex, Search } from 'lucide-react';
import { IconButton } from '../../components/button.tsx';

/** Enter goes to the next match, Shift+Enter to the one before. */
export function LogSearch({
  text,
  isPattern,
  error,
  onText,
  onPattern,
  count,
  at,
  onMove,
}: {
  text: string;
  isPattern: boolean;
  error: string | null;
  onText: (text: string) => void;
  onPattern: (isPattern: boolean) => void;
  count: number;
  at: number;
  onMove: (step: 1 | -1) => void;
}) {
  return (
    <search className="flex min-w-0 flex-1 items-center gap-1 max-sm:basis-full sm:max-w-lg">
      <div className="relative min-w-0 flex-1">
        <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" />
        <input
          type="search"
          aria-label="Search the log"
          placeholder="Search the log"
          value={text}
          aria-invalid={error !== null}
          title={error ?? undefined}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && count > 0) onMove(event.shiftKey ? -1 : 1);
          }}
          className={`control pl-9 ${text === '' ? '' : 'pr-24'}`}
        />
        <span role="status" className="absolute top-1/2 right-8 -translate-y-1/2 text-xs text-ink-faint tabular-nums">
          {error !== null
            ? 'no pattern'
            : text !== '' && (count === 0 ? 'no match' : `${(at + 1).toLocaleString()} of ${count.toLocaleString()}`)}
        </span>
      </div>
      <IconButton
        icon={Regex}
        label="Regular expression"
        aria-pressed={isPattern}
        onClick={() => onPattern(!isPattern)}
        className="aria-pressed:bg-selected aria-pressed:text-accent"
      />
      <IconButton icon={ChevronUp} label="Previous match" disabled={count === 0} onClick={() => onMove(-1)} />
      <IconButton icon={ChevronDown} label="Next match" disabled={count === 0} onClick={() => onMove(1)} />
    </search>
  );
}
