import type { ReactNode } from 'react';
import type { Path } from '../../../lib/paths.ts';
import { useField } from '../form-context.tsx';
import { Field } from './field.tsx';

/** Text at a place of the request; an emptied one is left out. */
export function TextField({
  path,
  label,
  help,
  placeholder,
  options,
  mono = false,
  className,
}: {
  path: Path;
  label: string;
  help?: ReactNode;
  placeholder?: string;
  /** Suggestions; other text is possible. */
  options?: readonly string[];
  mono?: boolean;
  className?: string;
}) {
  const { id, value, error, set } = useField(path);
  const listId = `${id}-options`;
  return (
    <Field id={id} label={label} help={help} error={error} {...(className && { className })}>
      {(control) => (
        <>
          <input
            {...control}
            type="text"
            autoComplete="off"
            spellCheck={false}
            placeholder={placeholder}
            list={options ? listId : undefined}
            value={textOf(value)}
            onChange={(event) => set(event.target.value === '' ? undefined : event.target.value)}
            className={`control ${mono ? 'font-mono' : ''}`}
          />
          {options && (
            <datalist id={listId}>
              {options.map((option) => (
                <option key={option} value={option} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

/** What was written in the JSON view may be of any type. */
export const textOf = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
