import type { Canonical } from './canonical.ts';
import { GoTemplate } from './go-template.ts';
import type { DerivedObject } from './learn.ts';
import type { Leaf } from './leaves.ts';
import { entryOf } from './nodes.ts';
import { Printer } from './print.ts';

interface NotesOf {
  readonly name: string;
  readonly folder: string;
  readonly stack: string;
  readonly leaves: readonly Leaf[];
  readonly canonical: Canonical;
}

/** NOTES.txt: what the stack has to say, and what only Helm can. */
export function notesFile(
  { canonical, folder, leaves, name, stack }: NotesOf,
  notes: DerivedObject | undefined,
): string {
  const text = entryOf(notes?.node, 'text');
  if (folder || !text) {
    return `These are the objects for the API server of ${folder}. The others are in the chart ${stack}, for the cluster in which it runs;\nboth take the same values.\n`;
  }
  const lines = new Printer(new GoTemplate(name, leaves), canonical).body(text, {});
  return `${lines.join('\n')}\n\n${TEST}`;
}

const TEST = `Whether it works:
  helm test {{ .Release.Name }} --namespace {{ .Release.Namespace }} --logs
`;
