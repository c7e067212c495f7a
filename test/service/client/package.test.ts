import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildClient } from '../../../service/client/build.ts';
import { json, startScripted } from './scripted-service.ts';

// The client as somebody else has it: a package in their project, with nothing of ours around it.

const run = promisify(execFile);

let project: string;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'client-user-'));
  mkdirSync(join(project, 'node_modules/@ml-platform'), { recursive: true });
  await buildClient(join(project, 'node_modules/@ml-platform/client'));
  writeFileSync(join(project, 'package.json'), '{"type": "module"}');
});
afterAll(() => rmSync(project, { recursive: true }));

test('it runs with nothing but Node', async () => {
  const { url, close } = await startScripted((_, response) => json(response, { id: 'a-1', warnings: [] }, 201));
  try {
    const program = `import { createClient } from '@ml-platform/client';
      const job = await createClient({ url: ${JSON.stringify(url)} }).jobs.submit({ jobName: 'a', algorithm: {} });
      console.log(job.id);`;
    writeFileSync(join(project, 'use.js'), program);
    expect((await run(process.execPath, ['use.js'], { cwd: project })).stdout).toBe('a-1\n');
  } finally {
    await close();
  }
});

test('its types tell right from wrong, in a strict project that has browser types only', async () => {
  writeFileSync(
    join(project, 'use.ts'),
    `import { createClient, type Job, Problem } from '@ml-platform/client';
    const client = createClient({ url: '' });
    export const job: Promise<Job> = client.jobs.get('a-1');
    for await (const { text } of client.jobs.logs('a-1', { follow: true })) text.trim();
    for await (const { jobId, status } of client.events()) if (status === 'Failed') jobId.trim();
    export const refused = (error: unknown) => error instanceof Problem && error.status === 409;
    // @ts-expect-error: there is no such state
    for await (const { status } of client.events()) if (status === 'Dead') break;
    // @ts-expect-error: a job has a name
    await client.jobs.submit({ algorithm: {} });
    `,
  );
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const language = ['--strict', '--noEmit', '--target', 'ES2023', '--module', 'NodeNext', '--lib', 'ES2023,DOM'];
  const checked = await run(process.execPath, [compiler, ...language, 'use.ts'], { cwd: project }).catch(
    (error) => error,
  );
  expect(checked.stdout).toBe('');
});
