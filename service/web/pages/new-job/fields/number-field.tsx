import { type ReactNode, useEffect, useState } from 'react';
import type { Path } from '../../../lib/paths.ts';
import { useField } from '../form-context.tsx';
import { Field } from './field.tsx';
import { textOf } from './text-field.tsx';

export function NumberField({
  path,
  label,
  help,
  unit,
  parse = parseNumber,
  className,
}: {
  path: Path;
  label: string;
  help?: ReactNode;
  unit?: string;
  /** What the text means; undefined: nothing was said. */
  parse?: (text: string) => unknown;
  className?: string;
}) {
  const { id, value, error, set } = useField(path);
  return (
    <Field id={id} label={label} help={help} error={error} {...(className && { className })}>
      {(control) => (
        <div className="relative">
          <NumberInput control={control} value={value} parse={parse} onChange={set} />
          {unit && (
            <span aria-hidden className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-ink-faint">
              {unit}
            </span>
          )}
        </div>
      )}
    </Field>
  );
}

/** What is no number yet ("1e", "-") or never will be goes as text: the service then says what it wants. */
const parseNumber = (text: string): unknown => {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : trimmed;
};

/** Keeps the text as typed ("1.", "1e-") beside the number that it means. */
export function NumberInput({
  control,
  value,
  placeholder,
  parse = parseNumber,
  onChange,
}: {
  control: object;
  value: unknown;
  placeholder?: string;
  parse?: (text: string) => unknown;
  onChange: (value: unknown) => void;
}) {
  const [text, setText] = useState(textOf(value));
  useEffect(() => setText((typed) => (parse(typed) === value ? typed : textOf(value))), [value, parse]);
  return (
    <input
      {...control}
      type="text"
      inputMode="decimal"
      autoComplete="off"
      placeholder={placeholder}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(parse(event.target.value));
      }}
      className="control tabular-nums"
    />
  );
}
