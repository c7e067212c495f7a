import { programOf } from '../../../infra/charts/program.ts';
import { readProject } from '../../../infra/charts/project.ts';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { stacks } from '../../../infra/stacks/index.ts';
import { committedCharts } from './render.ts';

const project = readProject();

/** What charts are derived from, of a stack. */
export const chartProgram = (definition: StackDefinition) => programOf(definition, project);

/** Every chart that is committed, with the stack that it is of. */
export const charts = stacks.flatMap((definition) => {
  const program = chartProgram(definition);
  return committedCharts(definition).map((chart) => ({ ...chart, definition, program }));
});

/** Values of each file in ci/, by the file's name. */
export const ciFiles = ({ files }: Pick<(typeof charts)[number], 'files'>): string[] =>
  [...files.keys()].filter((path) => path.startsWith('ci/'));

/** Settings that each stack comes with: environments and examples. */
export const given = ({ definition: { environments, examples = {} } }: Pick<(typeof charts)[number], 'definition'>) =>
  Object.entries({ defaults: {}, ...environments, ...examples });
