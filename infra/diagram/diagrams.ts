import type { StackDefinition } from '../stacks/definition.ts';
import { stacks } from '../stacks/index.ts';
import { type Synthesis, synthesize } from '../synth/synthesize.ts';
import { graphOf } from './graph.ts';
import { legendOf, mermaidOf } from './mermaid.ts';

/** File name -> page with the picture of each stack; one without workloads of its own has nothing to be drawn. */
export const diagrams = (): Map<string, string> =>
  new Map(
    stacks.flatMap((definition) => {
      const drawn = synthesis(definition);
      return drawn.workloads.length > 0 ? [[`${definition.name}.md`, pageOf(definition, drawn)] as const] : [];
    }),
  );

/** A stack in its last environment, the one nearest to production. */
const lastOf = ({ environments }: StackDefinition) => Object.entries(environments).at(-1) ?? ['', {}];

function synthesis(definition: StackDefinition): Synthesis {
  const [environment, values] = lastOf(definition);
  return synthesize(definition, definition.settings.parse(values), { environment });
}

export function pageOf(definition: StackDefinition, drawn = synthesis(definition)): string {
  const graph = graphOf(drawn);
  return `# ${definition.name}

${definition.what}

Environment \`${lastOf(definition)[0]}\`, drawn by \`npm run diagram\` from the declarations that make the manifests.
(${legendOf(graph)})

\`\`\`mermaid
${mermaidOf(graph)}\`\`\`
`;
}
