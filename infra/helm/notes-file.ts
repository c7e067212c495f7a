import type { Canonical } from './canonical.ts';
import type { GoTemplate } from './go-template.ts';
import type { DerivedObject } from './learn.ts';
import { entryOf } from './nodes.ts';
import { Printer } from './print.ts';

/** NOTES.txt: what the program has to say, and what only Helm can. */
export function notesFile(
  go: GoTemplate,
  canonical: Canonical,
  notes: DerivedObject | undefined,
  hasTests: boolean,
): string | undefined {
  const text = entryOf(notes?.node, 'text');
  const own = text && new Printer(go, canonical).body(text, {}).join('\n');
  const parts = [...(own ? [`${own}\n`] : []), ...(hasTests ? [TEST] : [])];
  return parts.length > 0 ? parts.join('\n') : undefined;
}

/** Of a chart for another API server. */
export const notesElsewhere = (folder: string, program: string): string =>
  `These are the objects for the API server of ${folder}. The others are in the chart ${program}, for the cluster in which it runs;
both take the same values.
`;

const TEST = `Whether it works:
  helm test {{ .Release.Name }} --namespace {{ .Release.Namespace }} --logs
`;
