import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { createKarmada } from '../../../service/karmada/client.ts';
import { loadKubeconfig } from '../../../service/kube/kubeconfig.ts';
import { program } from '../../program.ts';
import { temporaryDirectory } from '../../service/karmada/simulation.ts';

test('as a process of its own it prints its addresses, loads and changes jobs as told, and ends on SIGTERM', async () => {
  const kubeconfig = join(await temporaryDirectory(), 'kubeconfig');
  const args = [
    await program('test/simulation/karmada/process.ts'),
    '--clusters',
    '2',
    '--speed',
    '0',
    '--kubeconfig',
    kubeconfig,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { control } = JSON.parse(line);
  const tell = async (method: string, path: string, body?: object) => {
    const answer = await fetch(control + path, { method, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };

  expect(await tell('POST', '/bulk', { jobsPerCluster: 10 })).toEqual({ status: 200, body: { jobs: 20 } });
  const karmada = createKarmada(await loadKubeconfig(kubeconfig));
  onTestFinished(() => karmada.close());
  const member = karmada.member('member-001');
  expect((await member.table('RayJob')).rows).toHaveLength(10);

  await tell('POST', '/changes', { perSecond: 200 });
  const changes: { cluster: string; name: string; at: number }[] = [];
  while (changes.length < 5) changes.push(...(await tell('GET', '/changes')).body);
  await tell('POST', '/changes', { perSecond: 0 });
  expect(changes[0]).toMatchObject({ cluster: expect.stringMatching(/^member-00[01]$/), at: expect.any(Number) });

  await tell('POST', '/faults', { kind: 'refuse', where: 'member-001', times: 1 });
  await expect(member.table('RayJob')).rejects.toMatchObject({ failure: 'memberUnavailable' });
  expect((await tell('GET', '/requests')).body).toMatchObject({ byCluster: { 'member-001': 2 } });
  expect(await tell('POST', '/faults', { kind: 'nonsense' })).toMatchObject({ status: 400 });
  expect(await tell('GET', '/nothing')).toMatchObject({ status: 404 });

  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
