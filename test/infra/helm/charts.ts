import { stacks } from '../../../infra/stacks/index.ts';
import { committedCharts } from './render.ts';

/** Every chart that is committed, with the stack that it is of. */
export const charts = stacks.flatMap((definition) =>
  committedCharts(definition).map((chart) => ({ ...chart, definition })),
);

/** Values of each file in ci/, by the file's name. */
export const ciFiles = ({ files }: Pick<(typeof charts)[number], 'files'>): string[] =>
  [...files.keys()].filter((path) => path.startsWith('ci/'));

/** Settings that each stack comes with: environments and examples. */
export const given = ({ definition: { environments, examples = {} } }: Pick<(typeof charts)[number], 'definition'>) =>
  Object.entries({ defaults: {}, ...environments, ...examples });
