import { z } from 'zod';
import type { Stack } from '../../../infra/constructs/stack.ts';
import type { Extras } from '../../../infra/settings/extras.ts';
import { common } from '../../../infra/settings/fragments.ts';
import { type KubeObject, synthesize } from '../../../infra/synth/synthesize.ts';

/** What a construct alone writes, in a stack named test with the given common settings. */
export function build(parts: (stack: Stack) => void, settings: z.input<typeof commonSettings> = {}): Built {
  const { folders } = synthesize(
    { name: 'test', createdAtDeploy: () => [], build: parts },
    commonSettings.parse(settings),
    {
      environment: 'test',
    },
  );
  const objects = folders.get('') ?? [];
  return {
    objects,
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever kind it asked for.
    find: (kind: string, name: string): any => {
      const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
      if (!found) throw new Error(`no ${kind} ${name} among ${objects.map((o) => `${o.kind} ${o.metadata.name}`)}`);
      return found;
    },
  };
}

/** What a team adds to a workload of which it says nothing. */
export const extrasOf = (given: Partial<Extras> = {}): Extras => ({
  pod: {},
  serviceAccount: {},
  network: {},
  ...given,
});

interface Built {
  readonly objects: KubeObject[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  find(kind: string, name: string): any;
}

const commonSettings = z.strictObject(common('test'));

interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string }; fieldRef?: { fieldPath: string } };
}

/** Variables as {NAME: "text" | "secret/key" | "field of the pod"}. */
export const env = (container: { env: EnvVar[] }): Record<string, string | undefined> =>
  Object.fromEntries(
    container.env.map(({ name, value, valueFrom: { fieldRef, secretKeyRef } = {} }) => [
      name,
      secretKeyRef ? `${secretKeyRef.name}/${secretKeyRef.key}` : (fieldRef?.fieldPath ?? value),
    ]),
  );
