import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';
import { startWorld, type World } from './command.ts';

describe.each(['helm3', 'helm4'] as const)('%s', (name) => {
  const helm = kubernetesTool(name);
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());
  const deploy = (args: string[], variables: Record<string, string> = {}) =>
    world.run('deploy', ['--helm', ...args], { variables: { HELM: helm ?? '', ...variables } });

  test.skipIf(!helm)('installs both charts', async () => {
    const { code, err, out } = await deploy([]);
    console.log(out);
    expect(code, err).toBe(0);
  });
});
