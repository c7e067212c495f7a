import { fieldsOf } from './fields.ts';
import type { JobRequest } from './request.ts';

export interface Difference {
  /** Such as hyperparameters.eta, or resources.instanceCount. */
  readonly name: string;
  /** Of each request, in their order; null where it says nothing. */
  readonly values: readonly unknown[];
}

/** What some requests do not agree in, but for their names: hyperparameters first, each as one thing whatever the algorithm. */
export function differencesOf(requests: readonly JobRequest[]): Difference[] {
  const facts = requests.map(factsOfRequest);
  const names = new Set(facts.flatMap((each) => [...each.keys()]));
  return [...names].flatMap((name) => {
    const values = facts.map((each) => each.get(name) ?? null);
    const isSame = new Set(values.map((value) => JSON.stringify(value))).size === 1;
    return isSame ? [] : [{ name, values }];
  });
}

function factsOfRequest({
  jobName: _,
  hyperparameters,
  customHyperparameters,
  ...rest
}: JobRequest): Map<string, unknown> {
  const facts = new Map<string, unknown>();
  for (const ofAlgorithm of Object.values(fieldsOf(hyperparameters))) flatten('hyperparameters', ofAlgorithm, facts);
  flatten('hyperparameters', customHyperparameters, facts);
  for (const [name, value] of Object.entries(rest)) flatten(name, value, facts);
  return facts;
}

/** Lists are compared as one thing: their places tell nothing. */
function flatten(name: string, value: unknown, facts: Map<string, unknown>): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return void facts.set(name, value);
  for (const [part, inside] of Object.entries(value)) flatten(`${name}.${part}`, inside, facts);
}
