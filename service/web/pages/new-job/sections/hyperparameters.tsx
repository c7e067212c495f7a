import { Search } from 'lucide-react';
import { useRef, useState } from 'react';
import { useAlgorithms } from '../../../api/lists.ts';
import type { Algorithm } from '../../../api/types.ts';
import { Folded } from '../../../components/folded.tsx';
import { Loading } from '../../../components/notice.tsx';
import { getAt, pathKey } from '../../../lib/paths.ts';
import { plural } from '../../../lib/text.ts';
import { ParameterField } from '../fields/parameter-field.tsx';
import { sameValue } from '../fields/parameter-words.ts';
import { useForm } from '../form-context.tsx';
import { Fields, Section } from './section.tsx';

/** The chosen algorithm's own fields; a container of one's own has none that the platform knows. */
export function Hyperparameters() {
  const { draft } = useForm();
  const algorithms = useAlgorithms();
  const source = getAt(draft, ['algorithm', 'source']);
  const name = getAt(draft, ['algorithm', 'algorithmName']);
  if (source === 'container' || source === 'custom' || typeof name !== 'string') return null;
  const algorithm = algorithms.data?.find((one) => one.name === name);
  if (algorithm === undefined) return algorithms.isPending ? <Loading what="the fields" /> : null;
  return <FieldsOf key={name} algorithm={algorithm} />;
}

type Field = Algorithm['fields'][number];

/** Those that are set most stand first, with all that a draft brought along otherwise than usual; the rest is folded. */
function FieldsOf({ algorithm: { name, common, fields } }: { algorithm: Algorithm }) {
  const { draft, errors } = useForm();
  const [search, setSearch] = useState('');
  const [onlyChanged, setOnlyChanged] = useState(false);
  const pathOf = ({ name: field }: Field) => ['hyperparameters', name, field];
  const isChanged = (field: Field): boolean => {
    const value = getAt(draft, pathOf(field));
    return value !== undefined && !sameValue(value, field.default);
  };
  const [broughtAlong] = useState(() => new Set(fields.filter(isChanged)));
  const wrong = useRef(new Set<string>());
  for (const error of errors) wrong.current.add(pathKey(error.path));
  // A field that was refused is not hidden, nor taken away while it is being corrected: only by another search.
  const isWrong = (field: Field): boolean => wrong.current.has(pathKey(pathOf(field)));

  const wanted = search.trim().toLowerCase();
  const isMatch = (field: Field): boolean =>
    `${field.name} ${field.help}`.toLowerCase().includes(wanted) && (!onlyChanged || isChanged(field));
  const isSearched = wanted !== '' || onlyChanged;
  const first = common.flatMap((each) => fields.filter((field) => field.name === each));
  const others = fields.filter((field) => !first.includes(field));
  const shown = isSearched
    ? fields.filter((field) => isMatch(field) || isWrong(field))
    : [...first, ...others.filter((field) => broughtAlong.has(field))];
  const folded = isSearched ? [] : others.filter((field) => !broughtAlong.has(field));
  const changed = fields.filter(isChanged).length;
  const inputs = (some: readonly Field[]) => (
    <Fields>
      {some.map((field) => (
        <ParameterField key={field.name} path={pathOf(field)} field={field} />
      ))}
    </Fields>
  );
  return (
    <Section
      id="hyperparameters"
      title="Hyperparameters"
      help={
        changed === 0
          ? `${plural(fields.length, 'field')}, all at their defaults.`
          : `${changed} of ${fields.length} differ from the default.`
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
      {shown.length === 0 ? <p className="text-ink-soft">No field matches.</p> : inputs(shown)}
      {folded.length > 0 && (
        <Folded label={plural(folded.length, 'more field')} open={folded.some(isWrong)}>
          {inputs(folded)}
        </Folded>
      )}
    </Section>
  );
}
