import { type ReactNode, useEffect, useState } from 'react';
import type { Path } from '../../../lib/paths.ts';
import { useField } from '../form-context.tsx';
import { Field } from './field.tsx';

const linesOf = (text: string): string[] | undefined => {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.length === 0 ? undefined : lines;
};

/** A list of texts, one a line. */
export function LinesField({ path, label, help }: { path: Path; label: string; help?: ReactNode }) {
  const { id, value, error, set } = useField(path);
  const given = Array.isArray(value) ? value.join('\n') : typeof value === 'string' ? value : '';
  const [text, setText] = useState(given);
  // An empty last line is being written just now: it stays in the field, though it is not in the list.
  useEffect(() => setText((typed) => (linesOf(typed)?.join('\n') === (given || undefined) ? typed : given)), [given]);
  return (
    <Field id={id} label={label} help={help} error={error}>
      {(control) => (
        <textarea
          {...control}
          rows={3}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            set(linesOf(event.target.value));
          }}
          className="control font-mono"
        />
      )}
    </Field>
  );
}
