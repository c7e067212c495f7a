import { type CreatedAtDeploy, makerChosenBy } from '../constructs/created-at-deploy.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import type { Section, StackDefinition } from '../stacks/definition.ts';
import { type Entrance, entrances } from '../stacks/entrances.ts';
import type { Synthesis } from '../synth/synthesize.ts';

/** What a person must know after a deployment; of a node's address, if somebody has asked the cluster for it. */
export function notesOf(
  definition: Pick<StackDefinition, 'createdAtDeploy' | 'firstSteps'>,
  settings: CommonSettings,
  { folders, workloads }: Synthesis,
): Section[] {
  const ways = entrances(workloads, folders.get('') ?? []);
  const needed = definition.createdAtDeploy(settings).filter(({ byName }) => !byName);
  return [
    { title: 'Where it is:', lines: ways.flatMap(wayTo) },
    { title: 'What is in no manifest, and its pods wait for:', lines: waitedFor(settings, needed) },
    { title: 'Passwords:', lines: needed.flatMap((each) => logIns(each, settings.namespace.name)) },
    ...(definition.firstSteps?.(settings, ways) ?? []),
  ].filter(({ lines }) => lines.length > 0);
}

/** As one text: sections with an empty line between, their lines indented. */
export const textOf = (sections: readonly Section[]): string =>
  sections.map(({ lines, title }) => [title, ...lines.map((line) => `  ${line}`)].join('\n')).join('\n\n');

export function wayTo({ forward, origin, path, title }: Entrance): string[] {
  const address = `${title}: ${origin}${path}`;
  return forward === undefined ? [address] : [`${address} while this runs:`, `  ${forward}`];
}

/** Who makes most of them is told once. */
function waitedFor({ secrets }: CommonSettings, needed: readonly CreatedAtDeploy[]): string[] {
  if (needed.length === 0) return [];
  const maker = makerChosenBy(secrets);
  return [
    ...(maker ? [`(from ${maker}, unless it says another one)`] : []),
    ...needed.map((each) => told(each, maker)),
  ];
}

function told({ keys, kind, madeBy, name, what }: CreatedAtDeploy, usual: string | undefined): string {
  const maker = madeBy === undefined || madeBy === usual ? '' : `, from ${madeBy}`;
  return `${kind} ${name}${keys.length > 0 ? ` (${keys.join(', ')})` : ''}: ${what}${maker}`;
}

const logIns = ({ logIns = {}, name }: CreatedAtDeploy, namespace: string): string[] =>
  Object.entries(logIns).flatMap(([key, whose]) => [
    `${whose}:`,
    `  kubectl --namespace ${namespace} get secret ${name} --output go-template='{{ index .data "${key}" | base64decode }}'`,
  ]);
