import type { ReactNode } from 'react';
import type { Path } from '../../../lib/paths.ts';
import { useField } from '../form-context.tsx';
import { Field } from './field.tsx';
import { textOf } from './text-field.tsx';

/** One of a few; '' stands for "not said". */
export function ChoiceField({
  path,
  label,
  help,
  options,
  onChoose,
  className,
}: {
  path: Path;
  label: string;
  help?: ReactNode;
  options: readonly (readonly [value: string, label: string])[];
  /** Instead of only setting the value. */
  onChoose?: (value: string) => void;
  className?: string;
}) {
  const { id, value, error, set } = useField(path);
  const current = textOf(value);
  const unknown = options.every(([option]) => option !== current);
  return (
    <Field id={id} label={label} help={help} error={error} {...(className && { className })}>
      {(control) => (
        <select
          {...control}
          value={current}
          onChange={({ target }) =>
            onChoose ? onChoose(target.value) : set(target.value === '' ? undefined : target.value)
          }
          className="control"
        >
          {unknown && <option value={current}>{current === '' ? 'Choose ...' : current}</option>}
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
