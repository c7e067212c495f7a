import type { StackDefinition } from '../stacks/definition.ts';
import { stacks } from '../stacks/index.ts';
import { synthesize } from '../synth/synthesize.ts';
import { graphOf } from './graph.ts';
import { legendOf, mermaidOf } from './mermaid.ts';

/** File name -> page with the picture of each stack; one that has no workloads of its own has nothing to be drawn. */
export const diagrams = (): Map<string, string> =>
  new Map(
    stacks
      .filter((definition) => !definition.foreignCharts)
      .map((definition) => [`${definition.name}.md`, pageOf(definition)]),
  );

/** A stack in its last environment, the one nearest to production. */
export function pageOf(definition: StackDefinition): string {
  const [environment = '', values = {}] = Object.entries(definition.environments).at(-1) ?? [];
  const graph = graphOf(synthesize(definition, definition.settings.parse(values), { environment }));
  return `# ${definition.name}

${definition.what}

Environment \`${environment}\`, drawn by \`npm run diagram\` from the declarations that make the manifests.
(${legendOf(graph)})

\`\`\`mermaid
${mermaidOf(graph)}\`\`\`
`;
}
