// Started by all-charts.ts: asked for the stack first that takes longest, so that it is not left for the end.
import type { z } from 'zod';
import { chartsFrom } from '../helm/chart.ts';
import { derive } from '../helm/derive.ts';
import { leavesOf } from '../helm/leaves.ts';
import { stacks } from '../stacks/index.ts';
import type { Told } from './all-charts.ts';
import { programOf } from './program.ts';
import { readProject } from './project.ts';

const project = readProject();
const tries = process.argv[2] === undefined ? undefined : Number(process.argv[2]);
/** Choices between several options want the most samples: monitoring has half the settings of preempt and takes twice as long. */
const longestFirst = stacks
  .map((definition, place) => ({ definition, place, options: optionsIn(definition.settings) }))
  .sort((a, b) => b.options - a.options);

function optionsIn(settings: z.ZodType): number {
  return leavesOf(settings).reduce((sum, { options }) => sum + options.length, 0);
}

const tell = (told: Told): unknown => process.send?.(told);

process.on('message', (wanted: number) => {
  const stack = longestFirst[wanted];
  if (!stack) return process.disconnect();
  try {
    const program = programOf(stack.definition, project);
    const derived = derive(program, tries);
    tell({ place: stack.place, stack: program.name, charts: chartsFrom(program, derived), told: derived.told });
  } catch (error) {
    tell({ wrong: `${stack.definition.name}: ${error instanceof Error ? error.stack : error}` });
  }
});
tell('ready');
