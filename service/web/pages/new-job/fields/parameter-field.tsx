import { RotateCcw } from 'lucide-react';
import type { AlgorithmField } from '../../../api/types.ts';
import type { Path } from '../../../lib/paths.ts';
import { showValue } from '../../../lib/request-facts.ts';
import { useField } from '../form-context.tsx';
import { Field } from './field.tsx';
import { ListInput } from './list-input.tsx';
import { NumberInput } from './number-field.tsx';
import { describeRange, isDefault, sameValue } from './parameter-words.ts';
import { textOf } from './text-field.tsx';

/** One hyperparameter, as GET /algorithms describes it. What equals the default is left out of the request. */
export function ParameterField({ path, field }: { path: Path; field: AlgorithmField }) {
  const { id, value, error, set } = useField(path);
  const change = (next: unknown): void => set(isDefault(field, next) ? undefined : next);
  const changed = value !== undefined && !sameValue(value, field.default);
  const range = describeRange(field);
  return (
    <Field
      id={id}
      label={<code className="font-mono text-[0.8125rem]">{field.name}</code>}
      help={
        <>
          {field.help} {range && <span className="whitespace-nowrap">{range}.</span>}
        </>
      }
      error={error}
      aside={
        changed && (
          <button
            type="button"
            onClick={() => set(undefined)}
            className="inline-flex items-center gap-1 rounded text-xs whitespace-nowrap text-accent hover:underline"
          >
            <RotateCcw aria-hidden className="size-3" />
            <span className="sr-only">Reset {field.name} to the default, </span>
            {showValue(field.default)}
          </button>
        )
      }
    >
      {(control) => <ParameterInput field={field} control={control} value={value} onChange={change} />}
    </Field>
  );
}

function ParameterInput({
  field,
  control,
  value,
  onChange,
}: {
  field: AlgorithmField;
  control: object;
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const shown = value === undefined ? field.default : value;
  if (field.type === 'list') return <ListInput field={field} control={control} value={shown} onChange={onChange} />;
  const choices = field.type === 'boolean' ? [true, false] : field.enum;
  if (choices !== undefined) {
    const all = field.nullable ? [null, ...choices] : choices;
    return (
      <select
        {...control}
        value={JSON.stringify(shown)}
        onChange={(event) => onChange(JSON.parse(event.target.value))}
        className="control"
      >
        {all.every((choice) => !sameValue(choice, shown)) && (
          <option value={JSON.stringify(shown)}>{textOf(shown)}</option>
        )}
        {all.map((choice) => (
          <option key={String(choice)} value={JSON.stringify(choice)}>
            {showValue(choice)}
          </option>
        ))}
      </select>
    );
  }
  // An emptied field means "none" where that is allowed, and the default where it is not.
  const change = (next: unknown): void => onChange(next === undefined ? (field.nullable ? null : undefined) : next);
  const placeholder = field.nullable ? 'none' : showValue(field.default);
  if (field.type === 'integer' || field.type === 'number') {
    return <NumberInput control={control} value={shown ?? undefined} placeholder={placeholder} onChange={change} />;
  }
  return (
    <input
      {...control}
      type="text"
      autoComplete="off"
      spellCheck={false}
      placeholder={placeholder}
      value={textOf(shown)}
      onChange={(event) => change(event.target.value === '' ? undefined : event.target.value)}
      className="control"
    />
  );
}
