import { useAlgorithms } from '../../../api/lists.ts';
import { getAt } from '../../../lib/paths.ts';
import { ChoiceField } from '../fields/choice-field.tsx';
import { LinesField } from '../fields/lines-field.tsx';
import { TextField } from '../fields/text-field.tsx';
import { useField, useForm } from '../form-context.tsx';
import { Fields, Section } from './section.tsx';

const SOURCES = [
  { source: 'builtin', label: 'Built-in algorithm', help: 'One that the platform brings, with a form for its fields.' },
  {
    source: 'container',
    label: 'Container of your own',
    help: 'Any image; it is told about data and parameters by environment variables.',
  },
] as const;

const GPUS = ['resources', 'instanceResources', 'gpuCount'];

const isContainer = (source: unknown): boolean => source === 'container' || source === 'custom';

export function Algorithm() {
  const { draft, set } = useForm();
  const { value: source } = useField(['algorithm', 'source']);
  const container = isContainer(source);
  /** The other source has other fields: what belongs to the one before must not stay behind unseen. */
  const choose = (next: 'builtin' | 'container'): void => {
    const builtin = next === 'builtin';
    set(['algorithm'], builtin ? { source: next, algorithmName: 'xgboost' } : { source: next });
    set(['hyperparameters'], {});
    set(['runtime'], undefined);
    for (const key of ['command', 'args', ...(builtin ? [] : ['entrypoint'])]) set([key], undefined);
  };
  return (
    <Section id="algorithm" title="Algorithm">
      <fieldset>
        <legend className="sr-only">Where it comes from</legend>
        <div className="grid gap-3 sm:grid-cols-2">
          {SOURCES.map(({ source, label, help }) => (
            <label
              key={source}
              className="flex cursor-pointer gap-3 rounded-lg border border-line-strong p-3 has-checked:border-accent has-checked:bg-selected has-checked:ring-1 has-checked:ring-accent"
            >
              <input
                type="radio"
                name="source"
                checked={(source === 'container') === container}
                onChange={() => choose(source)}
                className="mt-0.5 size-4 accent-accent"
              />
              <span>
                <span className="block font-medium">{label}</span>
                <span className="text-ink-soft">{help}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {container ? <Container runtime={getAt(draft, ['runtime'])} /> : <Builtin />}
    </Section>
  );
}

function Builtin() {
  const { id, value, set: setName } = useField(['algorithm', 'algorithmName']);
  const { draft, set } = useForm();
  const algorithms = useAlgorithms();
  const chosen = algorithms.data?.find(({ name }) => name === value);
  return (
    <Fields>
      <ChoiceField
        path={['algorithm', 'algorithmName']}
        label="Algorithm"
        options={(algorithms.data ?? []).map(({ name, title }) => [name, title])}
        help={algorithms.isError ? 'The list could not be loaded. The JSON view works without it.' : undefined}
        onChoose={(name) => {
          setName(name);
          set(['hyperparameters'], {});
          const needsGpus = algorithms.data?.find((one) => one.name === name)?.needsGpus;
          if (needsGpus && !(Number(getAt(draft, GPUS)) > 0)) set(GPUS, 1);
        }}
      />
      {chosen && (
        <p className="self-center text-ink-soft sm:col-span-1 xl:col-span-2" id={`${id}-description`}>
          {chosen.description}
        </p>
      )}
    </Fields>
  );
}

function Container({ runtime }: { runtime: unknown }) {
  return (
    <>
      <Fields>
        <TextField
          path={['algorithm', 'imageUri']}
          label="Image"
          mono
          placeholder="registry.example.com/team/train:1.0"
          className="xl:col-span-2"
        />
        <TextField
          path={['algorithm', 'algorithmName']}
          label="Label"
          placeholder="container"
          help="A name to find such jobs by."
        />
        <ChoiceField
          path={['runtime']}
          label="Runs as"
          options={[
            ['', 'Ray job (the image has Ray)'],
            ['job', 'Plain job (any image)'],
            ['trainingjob', 'Training (workers restarted together)'],
          ]}
        />
      </Fields>
      {runtime === 'job' || runtime === 'trainingjob' ? (
        <div className="grid gap-5 sm:grid-cols-2">
          <LinesField
            path={['command']}
            label="Command"
            help={`One word a line. Left empty, ${runtime === 'job' ? "the image's own" : 'torchrun with train.py'}.`}
          />
          <LinesField path={['args']} label="Arguments" help="One a line." />
        </div>
      ) : (
        <TextField
          path={['entrypoint']}
          label="Entry point"
          mono
          placeholder="python train.py"
          help="The shell command that starts the training on the Ray cluster."
        />
      )}
    </>
  );
}
