import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../../components/button.tsx';
import { textOf } from '../fields/text-field.tsx';
import { useField, useForm } from '../form-context.tsx';
import { Section } from './section.tsx';

const PATH = ['customHyperparameters'];

interface Row {
  readonly key: number;
  readonly name: string;
  readonly value: string;
}

let nextKey = 0;
const rowsOf = (value: unknown): Row[] =>
  Object.entries(typeof value === 'object' && value !== null ? value : {}).map(([name, given]) => ({
    key: nextKey++,
    name,
    value: textOf(given),
  }));

/** Numbers and true/false stay what they are; anything else is text. */
const typed = (text: string): string | number | boolean => {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && String(Number(text)) === text ? Number(text) : text;
};

const asRequest = (rows: readonly Row[]) =>
  Object.fromEntries(rows.filter(({ name }) => name !== '').map(({ name, value }) => [name, typed(value)]));

/** More variables for the training, by any name. */
export function Parameters() {
  const { value, set, id } = useField(PATH);
  const { errors } = useForm();
  const [rows, setRows] = useState(() => rowsOf(value));
  const change = (next: readonly Row[]): void => {
    setRows([...next]);
    set(asRequest(next));
  };
  const errorOf = (name: string): string | undefined =>
    errors.find((error) => error.path[0] === 'customHyperparameters' && String(error.path[1]) === name)?.message;
  return (
    <Section
      id="parameters"
      title="Environment"
      help="More variables for the training container. Names are upper-cased. Not for secrets: everyone who sees the job sees them."
      aside={
        <Button icon={Plus} onClick={() => setRows([...rows, { key: nextKey++, name: '', value: '' }])}>
          Add a variable
        </Button>
      }
    >
      <div id={id} tabIndex={-1} className="grid gap-2">
        {rows.map((row, index) => {
          const error = errorOf(row.name);
          const edit = (part: Partial<Row>): void => change(rows.with(index, { ...row, ...part }));
          return (
            <div key={row.key} className="grid gap-1">
              <div className="flex gap-2">
                <input
                  aria-label={`Name of variable ${index + 1}`}
                  aria-invalid={error !== undefined || undefined}
                  placeholder="NAME"
                  autoComplete="off"
                  spellCheck={false}
                  value={row.name}
                  onChange={(event) => edit({ name: event.target.value })}
                  className="control font-mono"
                />
                <input
                  aria-label={`Value of variable ${index + 1}`}
                  placeholder="value"
                  autoComplete="off"
                  spellCheck={false}
                  value={row.value}
                  onChange={(event) => edit({ value: event.target.value })}
                  className="control font-mono"
                />
                <IconButton
                  icon={Trash2}
                  label={`Remove ${row.name || 'the variable'}`}
                  onClick={() => change(rows.toSpliced(index, 1))}
                />
              </div>
              {error && <p className="text-xs font-medium text-failed">{error}</p>}
            </div>
          );
        })}
        {rows.length === 0 && <p className="text-ink-soft">None.</p>}
      </div>
    </Section>
  );
}
