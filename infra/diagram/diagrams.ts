import { stacks } from '../stacks/index.ts';
import { synthesize } from '../synth/synthesize.ts';
import { graphOf } from './graph.ts';
import { svgOf } from './svg.ts';

/** File name -> picture of each stack in its last environment, the one nearest to production. */
export function diagrams(): Map<string, string> {
  return new Map(
    stacks.map((definition) => {
      const [environment = '', values = {}] = Object.entries(definition.environments).at(-1) ?? [];
      const synthesis = synthesize(definition, definition.settings.parse(values), { environment });
      return [`${definition.name}.svg`, svgOf(graphOf(synthesis), `${definition.name}: ${definition.what}`)];
    }),
  );
}
