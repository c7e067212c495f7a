import type { DerivedObject } from './learn.ts';
import type { Leaf } from './leaves.ts';
import { templateOf } from './template.ts';

interface NotesOf {
  readonly name: string;
  readonly folder: string;
  readonly stack: string;
  readonly leaves: readonly Leaf[];
}

/** NOTES.txt: what the stack has to say, and what only Helm can. */
export function notesFile({ folder, leaves, name, stack }: NotesOf, notes: DerivedObject | undefined): string {
  if (folder || !notes) {
    return `These are the objects for the API server of ${folder}. The others are in the chart ${stack}, for the cluster in which it runs;\nboth take the same values.\n`;
  }
  const template = templateOf(notes, { chart: name, leaves });
  const text = template.slice(template.indexOf(TEXT) + TEXT.length).replaceAll(/^ {2}/gm, '');
  return `${text.trimEnd()}\n\n${TEST}`;
}

/** Where the text begins in the object that stands for it. */
const TEXT = '\ntext: |-\n';

const TEST = `Whether it works:
  helm test {{ .Release.Name }} --namespace {{ .Release.Namespace }} --logs
`;
