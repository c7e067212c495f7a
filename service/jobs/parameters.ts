import { z } from 'zod';
import { type Algorithm, environmentNameOf } from './algorithms/index.ts';
import { listOf } from './list.ts';
import { CREDENTIAL_VARIABLES, PLATFORM_VARIABLES } from './platform-variables.ts';
import { explain, type FieldProblem, nameSearch, problemsOf } from './problems.ts';
import { MAX_ENTRIES } from './raw.ts';
import { environmentName, printable } from './text.ts';

const scalar = () => z.union([z.literal(''), printable(4096), z.number(), z.boolean()]);
const SCALAR_WORDS = 'text of at most 4096 printable characters, a number, or true or false';

export const PARAMETER_VALUE = z.union(scalar().options, { error: `must be ${SCALAR_WORDS}` });
type ParameterValue = z.output<typeof PARAMETER_VALUE>;
export type Hyperparameters = Readonly<Record<string, ParameterValue | null | readonly ParameterValue[]>>;

/** What the container of a user's own is told: any name that can be an environment variable. */
const FREE_HYPERPARAMETERS = z.record(
  environmentName(),
  z.union([scalar(), z.null(), listOf(PARAMETER_VALUE, MAX_ENTRIES)], {
    error: `must be ${SCALAR_WORDS}, null, or a list of those`,
  }),
);

const RESERVED: ReadonlySet<string> = new Set([...PLATFORM_VARIABLES, ...CREDENTIAL_VARIABLES]);

/** S3_ACCESS_KEY and the like would carry credentials; RAY_ steers Ray itself, and KubeRay refuses some of it. */
const isReserved = (variable: string): boolean => RESERVED.has(variable) || /^(S3|RAY)_/.test(variable);

/** Both kinds of parameters end as variables of one container, so no two may have one name. */
export function variableProblems(
  algorithm: Algorithm | undefined,
  blockName: string,
  block: Readonly<Record<string, unknown>>,
  custom: Readonly<Record<string, unknown>>,
): FieldProblem[] {
  const taken = new Map<string, string>();
  const problems: FieldProblem[] = [];
  const claim = (path: readonly string[], variable: string, checkReserved: boolean) => {
    const holder = taken.get(variable);
    if (checkReserved && isReserved(variable)) {
      problems.push({
        path,
        message: `must not be ${variable}: the platform sets it, and credentials come from a Secret`,
      });
    } else if (holder !== undefined) {
      problems.push({ path, message: `would be told as ${variable}, which ${holder} is already` });
    } else taken.set(variable, path.join('.'));
  };
  for (const name of Object.keys(block)) {
    claim(['hyperparameters', blockName, name], environmentNameOf(name, algorithm), algorithm === undefined);
  }
  for (const name of Object.keys(custom)) claim(['customHyperparameters', name], environmentNameOf(name), true);
  return problems;
}

type ParsedHyperparameters =
  | { readonly ok: true; readonly values: Hyperparameters }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** The block of a built-in algorithm with its defaults filled in, or the free one of a container. */
export function parseHyperparameters(algorithm: Algorithm | undefined, block: unknown): ParsedHyperparameters {
  const schema: z.ZodType = algorithm?.hyperparameters ?? FREE_HYPERPARAMETERS;
  const parsed = schema.safeParse(block, { error: explain });
  if (parsed.success) return { ok: true, values: parsed.data as Hyperparameters };
  const known = Object.keys(algorithm?.hyperparameters.shape ?? {});
  const search = nameSearch();
  return {
    ok: false,
    problems: problemsOf(
      parsed.error,
      (key) => `is no hyperparameter of ${algorithm?.name}${search.suggestion(key, known)}`,
    ),
  };
}
