import { Search } from 'lucide-react';
import { useRef, useState } from 'react';
import { useAlgorithms } from '../../../api/lists.ts';
import { Loading } from '../../../components/notice.tsx';
import { getAt, pathKey } from '../../../lib/paths.ts';
import { plural } from '../../../lib/text.ts';
import { ParameterField } from '../fields/parameter-field.tsx';
import { sameValue } from '../fields/parameter-words.ts';
import { useForm } from '../form-context.tsx';
import { Fields, Section } from './section.tsx';

/** The chosen algorithm's own fields; a container of one's own has none that the platform knows. */
export function Hyperparameters() {
  const { draft, errors } = useForm();
  const algorithms = useAlgorithms();
  const [search, setSearch] = useState('');
  const [onlyChanged, setOnlyChanged] = useState(false);
  const wrong = useRef(new Set<string>());
  const source = getAt(draft, ['algorithm', 'source']);
  const name = getAt(draft, ['algorithm', 'algorithmName']);
  if (source === 'container' || source === 'custom' || typeof name !== 'string') return null;
  const algorithm = algorithms.data?.find((one) => one.name === name);
  if (algorithm === undefined) return algorithms.isPending ? <Loading what="the fields" /> : null;

  const pathOf = (field: string) => ['hyperparameters', name, field];
  for (const error of errors) wrong.current.add(pathKey(error.path));
  const isChanged = (field: (typeof algorithm.fields)[number]): boolean => {
    const value = getAt(draft, pathOf(field.name));
    return value !== undefined && !sameValue(value, field.default);
  };
  const wanted = search.trim().toLowerCase();
  // A field that was refused is not hidden, nor taken away while it is being corrected: only by another search.
  const shown = algorithm.fields.filter(
    (field) =>
      wrong.current.has(pathKey(pathOf(field.name))) ||
      (`${field.name} ${field.help}`.toLowerCase().includes(wanted) && (!onlyChanged || isChanged(field))),
  );
  const changed = algorithm.fields.filter(isChanged).length;
  return (
    <Section
      id="hyperparameters"
      title="Hyperparameters"
      help={
        changed === 0
          ? `${plural(algorithm.fields.length, 'field')}, all at their defaults.`
          : `${changed} of ${algorithm.fields.length} differ from the default.`
      }
      aside={
        <div className="flex flex-wrap items-center gap-3">
          <label className="flex min-h-9 items-center gap-2">
            <input
              type="checkbox"
              checked={onlyChanged}
              onChange={() => setOnlyChanged(!onlyChanged)}
              className="size-4 accent-accent"
            />
            Only changed
          </label>
          <div className="relative">
            <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" />
            <input
              type="search"
              aria-label="Find a hyperparameter"
              placeholder="Find a field"
              value={search}
              onChange={(event) => {
                wrong.current.clear();
                setSearch(event.target.value);
              }}
              className="control w-44 pl-9"
            />
          </div>
        </div>
      }
    >
      {shown.length === 0 ? (
        <p className="text-ink-soft">No field matches.</p>
      ) : (
        <Fields>
          {shown.map((field) => (
            <ParameterField key={`${name}.${field.name}`} path={pathOf(field.name)} field={field} />
          ))}
        </Fields>
      )}
    </Section>
  );
}
