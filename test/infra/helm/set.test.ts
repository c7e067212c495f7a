import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { put } from '../../../infra/data/paths.ts';
import { type Leaf, leavesOf, unwrap } from '../../../infra/helm/leaves.ts';
import { release } from '../../../infra/helm/release.ts';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { arbitrary } from '../arbitrary.ts';
import { settingsOf } from '../subjects.ts';
import { charts } from './charts.ts';
import { byTitle, helms, renderAll, type Schema, schemaOf, withoutRecord } from './render.ts';

/** One setting and a value that is not its default. */
interface Change {
  readonly leaf: Leaf;
  readonly value: unknown;
}

/** So many settings are changed in one rendering, neighbours never together; a difference in it is looked for one by one. */
const TOGETHER = 16;
const SEED = 7;
const TRIES = 30;

function settingsWith(changes: readonly Change[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const { path, value } of changes.flatMap(placed)) put(settings, path, value);
  return settings;
}

function placed({ leaf: { path }, value }: Change): { path: string; value: unknown }[] {
  const beside = BESIDE[path];
  return [{ path, value }, ...(beside === undefined ? [] : [beside])];
}

/** By the settings, and with a Secret for each part: of two with one name the program makes one object, which a chart cannot tell. */
function isTaken({ createdAtDeploy, settings }: StackDefinition, changes: readonly Change[]): boolean {
  const parsed = settings.safeParse(settingsWith(changes));
  if (!parsed.success) return false;
  const names = createdAtDeploy(parsed.data).map(({ kind, name }) => `${kind} ${name}`);
  return new Set(names).size === names.length;
}

/** Where a rule ties a setting to the defaults of others, no random value will do. */
const TIED: Readonly<Record<string, unknown>> = {
  'kafka.topics': ['training-data', 'model-training', 'more'].map((name) => ({ name })),
  'training.topic': 'inference-data',
  'training.resultTopic': 'inference-data',
};
/** What must be something else at the same time. */
const BESIDE: Readonly<Record<string, { path: string; value: unknown }>> = {
  'prometheus.enabled': { path: 'grafana.enabled', value: false },
  production: { path: 'images.tag', value: 'v1' },
};

const PREFERENCE = {
  weight: 1,
  preference: { matchExpressions: [{ key: 'spot', operator: 'In', values: ['yes', '1'] }] },
};

/** A value of a setting that the program takes beside the defaults of all others. */
function changeOf(definition: StackDefinition, leaf: Leaf): Change | undefined {
  const isDefault = (value: unknown) => JSON.stringify(value) === JSON.stringify(leaf.fallback);
  const values =
    leaf.kind === 'record' && 'valueType' in leaf.schema && isUnknown(leaf.schema.valueType)
      ? [{ nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [PREFERENCE] } }]
      : leaf.path in TIED
        ? [TIED[leaf.path]]
        : fc.sample(arbitrary(leaf.schema), { numRuns: TRIES, seed: SEED });
  return values
    .filter((value) => !isDefault(value))
    .map((value) => ({ leaf, value }))
    .find((change) => isTaken(definition, [change]));
}

const isUnknown = (schema: unknown): boolean => unwrap(schema as Leaf['schema']).inner._zod.def.type === 'unknown';

/** `--set-json` for what is made of several values, `--set-string` for text, which may look like a number. */
function argument(prefix: string, { path, value }: ReturnType<typeof placed>[number]): string[] {
  const place = `${prefix}${path}=`;
  if (value !== null && typeof value === 'object') return ['--set-json', place + JSON.stringify(value)];
  if (typeof value !== 'string') return ['--set', place + String(value)];
  return ['--set-string', place + value.replaceAll('\\', '\\\\').replaceAll(',', '\\,')];
}

describe.skipIf(helms.length === 0).each(charts)('--set of every value of $name', (chart) => {
  const { definition } = chart;
  const { helm } = helms[charts.indexOf(chart) % helms.length] ?? { helm: '' };
  const leaves = leavesOf(definition.settings).filter(({ path }) => isIn(schemaOf(chart), path));
  const changes = leaves.flatMap((leaf) => changeOf(definition, leaf) ?? []);

  test('there is another value for each of them', () => {
    const changed = new Set(changes.map(({ leaf }) => leaf));
    expect(leaves.filter((leaf) => !changed.has(leaf)).map(({ path }) => path)).toEqual([]);
    expect(leaves.length).toBeGreaterThan(0);
  });

  test('changes what it should and nothing else', () => {
    const groups = grouped(definition, changes);
    const wrong = different(groups);
    expect(different(wrong.flat().map((change) => [change])).map(([change]) => change?.leaf.path)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  /** The groups that helm renders to something else than the program makes of them. */
  function different(groups: readonly (readonly Change[])[]): (readonly Change[])[] {
    if (groups.length === 0) return [];
    const options = groups.flatMap((group, index) =>
      group.flatMap(placed).flatMap((change) => argument(`r${index}.`, change)),
    );
    const rendered = renderAll(
      helm,
      chart,
      groups.map(() => ({})),
      options,
    );
    return groups.filter((group, index) => {
      const expected = released(chart, settingsWith(group));
      return !isDeepStrictEqual(byTitle((rendered[index] ?? []).map(withoutRecord)), byTitle(expected));
    });
  }
});

test.skipIf(helms.length === 0).each(helms)('an amount may be a number, by helm $version', ({ helm }) => {
  const chart = charts.find(({ name }) => name === 'ml-platform') ?? expect.fail('no chart of the platform');
  const resources = { requests: { cpu: 0.5, memory: 1_073_741_824 }, limits: { cpu: 2, memory: 2_147_483_648 } };
  const expected = byTitle(released(chart, { backend: { resources } }));
  const cpu = 'backend.resources.limits.cpu=2';
  const memory = 'backend.resources.limits.memory=2147483648';
  const [byFile, bySet] = renderAll(
    helm,
    chart,
    // A number of a file is one with a point to Helm, and one of --set a whole number.
    [{ backend: { resources } }, { backend: { resources: { requests: resources.requests } } }],
    ['--set', `r1.${cpu},r1.${memory}`],
  );
  for (const objects of [byFile, bySet]) expect(byTitle((objects ?? []).map(withoutRecord))).toEqual(expected);
});

const released = ({ definition, folder, program }: (typeof charts)[number], settings: object) =>
  release(program, settingsOf(definition, settings)).get(folder) ?? [];

/** Each change in one group, with others that the program takes together with it. */
function grouped(definition: StackDefinition, changes: readonly Change[]): Change[][] {
  const groups: Change[][] = Array.from({ length: Math.ceil(changes.length / TOGETHER) }, () => []);
  changes.forEach((change, index) => {
    const first = index % groups.length;
    const order = [...groups.slice(first), ...groups.slice(0, first)];
    const group = order.find((each) => isTaken(definition, [...each, change]));
    if (group) group.push(change);
    else groups.push([change]);
  });
  return groups.filter((group) => group.length > 0);
}

const isIn = (schema: Schema, path: string): boolean =>
  path.split('.').reduce<Schema | undefined>((inner, key) => inner?.properties?.[key], schema) !== undefined;
