import { X } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import type { AlgorithmField } from '../../../api/types.ts';

/** Several values: each can be removed; a new one is chosen from the known ones or typed, and taken with Enter. */
export function ListInput({
  field,
  control,
  value,
  onChange,
}: {
  field: AlgorithmField;
  control: { id?: string };
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const [text, setText] = useState('');
  const entries: readonly unknown[] = Array.isArray(value)
    ? value
    : value === undefined || value === null
      ? []
      : [value];
  const known = (field.items?.enum ?? []).filter((option) => !entries.includes(option));
  const listId = `${control.id}-options`;
  const add = (entry: string): void => {
    const trimmed = entry.trim();
    if (trimmed !== '' && !entries.includes(trimmed)) onChange([...entries, trimmed]);
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ',') {
      event.preventDefault();
      add(text);
    } else if (event.key === 'Backspace' && text === '' && entries.length > 0) onChange(entries.slice(0, -1));
  };
  return (
    <div className="control flex flex-wrap items-center gap-1 p-1 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent">
      {entries.map((entry) => (
        <span
          key={String(entry)}
          className="inline-flex items-center gap-0.5 rounded-md bg-sunken py-0.5 pr-0.5 pl-2 text-xs"
        >
          {String(entry)}
          <button
            type="button"
            aria-label={`Remove ${entry}`}
            onClick={() => onChange(entries.filter((other) => other !== entry))}
            className="grid size-6 place-items-center rounded hover:bg-hover"
          >
            <X aria-hidden className="size-3" />
          </button>
        </span>
      ))}
      <input
        {...control}
        type="text"
        autoComplete="off"
        list={listId}
        placeholder={entries.length === 0 ? 'none' : 'add ...'}
        value={text}
        onChange={(event) => {
          const typed = event.target.value;
          // Choosing from the suggestions is an input event like typing; a whole known word is taken at once.
          if (known.includes(typed) && (event.nativeEvent as InputEvent).inputType !== 'insertText') add(typed);
          else setText(typed);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => add(text)}
        className="min-w-20 flex-1 bg-transparent px-1.5 py-0.5 outline-none"
      />
      <datalist id={listId}>
        {known.map((option) => (
          <option key={option} value={option} />
        ))}
      </datalist>
    </div>
  );
}
