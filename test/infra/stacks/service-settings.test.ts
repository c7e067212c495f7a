import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mlPlatform } from '../../../infra/stacks/ml-platform/index.ts';
import { settings } from '../../../infra/stacks/ml-platform/settings.ts';
import { SETTINGS } from '../../../service/config/settings.ts';
import { DURATION_UNITS, ENV, RANGES } from '../../../service/contract.ts';
import { subjectOf } from '../subjects.ts';

// What the service can be told is what the stack can tell it, by the same words.

/** Variables of the service that the manifests leave alone, and why. */
const LEFT_ALONE: Record<string, string> = {};

/** Names of the variables of the backend's container, with the settings given. */
function variables(values: unknown): string[] {
  const { folders } = subjectOf(mlPlatform, values);
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever kind it asked for.
  const find = (kind: string): any =>
    folders.get('')?.find((each) => each.kind === kind && each.metadata.name === 'ml-platform-backend');
  const [container] = find('Deployment').spec.template.spec.containers;
  return [...container.env.map(({ name }: { name: string }) => name), ...Object.keys(find('ConfigMap').data)];
}

describe('the variables of the service', () => {
  test('are all set by the stack, in one way of signing in or another and with a webhook, or are left alone for a reason', () => {
    const set = new Set([
      ...['tokens', 'oidc', 'none'].flatMap((mode) => variables({ auth: { mode }, webhook: { enabled: true } })),
      ...variables({ objectStorage: { enabled: true, workdirs: 's3://bucket/workdirs' } }),
      ...variables({ utilisation: { enabled: true } }),
      ...variables({ progress: { enabled: true, authoritySecret: 'authority' } }),
      ...['api', 'token', 'port'].flatMap((access) => variables({ backend: { metrics: { access } } })),
    ]);
    expect(Object.values(ENV).filter((name) => !set.has(name))).toEqual(Object.keys(LEFT_ALONE));
  });

  test('are those that the service reads', () => {
    const read = Object.values(SETTINGS).map(({ variable }) => variable);
    expect([...read].sort()).toEqual(Object.values(ENV).sort());
  });
});

describe('both take the same', () => {
  const { backend, jobs, utilisation } = settings.shape;
  const { idleAfter, idlePercent, interval } = utilisation.unwrap().shape;
  const fields = {
    ...backend.unwrap().shape,
    ...jobs.unwrap().shape,
    utilisationInterval: interval,
    utilisationIdlePercent: idlePercent,
    utilisationIdleAfter: idleAfter,
  };
  type Ranged = keyof typeof RANGES;

  const number = fc.oneof(fc.nat(1_000), fc.nat(200_000_000), fc.constantFrom(...boundsInEveryUnit()));
  const duration = fc
    .tuple(
      fc.constantFrom('', '', '', '', '0', '-', '+', ' ', '1.'),
      number,
      fc.constantFrom(...Object.keys(DURATION_UNITS), '', 'w', 'S'),
    )
    .map((parts) => parts.join(''));

  test.each(Object.keys(RANGES) as Ranged[])('%s', (name) => {
    const isDuration = typeof RANGES[name].default === 'string';
    const takenBy = { service: 0, neither: 0 };
    fc.assert(
      fc.property(isDuration ? duration : number, (value) => {
        const inService = SETTINGS[name].schema.safeParse(String(value)).success;
        const inStack = fields[name].safeParse(value).success;
        takenBy[inService ? 'service' : 'neither']++;
        expect({ value, inService }).toEqual({ value, inService: inStack });
      }),
      { numRuns: 1_000 },
    );
    // Otherwise it would have compared nothing.
    expect(Math.min(takenBy.service, takenBy.neither)).toBeGreaterThan(0);
  });

  test('and have the same defaults', () => {
    const { backend, jobs, utilisation } = settings.parse({});
    const inStack: Record<string, unknown> = {
      ...backend,
      ...jobs,
      utilisationInterval: utilisation.interval,
      utilisationIdlePercent: utilisation.idlePercent,
      utilisationIdleAfter: utilisation.idleAfter,
    };
    for (const name of Object.keys(RANGES) as Ranged[]) expect(SETTINGS[name].default).toBe(String(inStack[name]));
    expect(SETTINGS.credentialsSecret.default).toBe(jobs.credentialsSecret);
    expect(`${jobs.image.repository}:${jobs.image.tag}`).toBe(SETTINGS.rayImage.default);
  });
});

/** The bounds of every range, and the numbers beside them, in each unit. */
function boundsInEveryUnit(): number[] {
  const bounds = Object.values(RANGES).flatMap(({ least, most }) => [least, most]);
  const amounts = bounds.flatMap((bound) => {
    if (typeof bound === 'number') return [bound];
    const [, count, unit] = /^(\d+)([a-z]+)$/.exec(bound) ?? [];
    const milliseconds = Number(count) * DURATION_UNITS[unit as keyof typeof DURATION_UNITS];
    return Object.values(DURATION_UNITS).map((length) => Math.floor(milliseconds / length));
  });
  return [...new Set(amounts)].flatMap((amount) => [amount - 1, amount, amount + 1]).filter((amount) => amount >= 0);
}
