/** On a Job that runs once for each value of this, whatever else changes: charts and the deploy command leave it alone. */
export const RUN_ANNOTATION = 'mlplatform.io/run';

interface Named {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

export const runOf = ({ metadata }: Named): string | undefined => metadata.annotations?.[RUN_ANNOTATION];

export const nameOfRun = (name: string, run: number): string => `${name}-${run}`;

/** The Job under the name that it has without its run. */
export function withoutRun<Object extends Named>(object: Object): Object {
  const run = runOf(object);
  if (run === undefined) return object;
  const name = object.metadata.name.slice(0, -nameOfRun('', Number(run)).length);
  return { ...object, metadata: { ...object.metadata, name } };
}
