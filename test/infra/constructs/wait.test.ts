import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { waitForPort, waitUntil } from '../../../infra/constructs/wait.ts';

const run = ([program = '', ...args]: string[]) => spawnSync(program, args, { encoding: 'utf8' });

test('goes on as soon as the probe succeeds, and says so', () => {
  const { status, stdout } = run(waitUntil('the queue', 60, ['true']));
  expect([status, stdout]).toEqual([0, 'the queue is ready\n']);
});

test('gives up after its time, and says for what it waited and what to look at', () => {
  const { status, stderr } = run(waitUntil('the queue at q:1', 0, ['false']));
  expect(status).toBe(1);
  expect(stderr).toMatch(/^gave up: the queue at q:1 not ready within 0 s\. Is it running, and may this pod reach it/);
});

test('what it waits for is never run', () => {
  const { stdout } = run(waitUntil('$(echo no) `echo no`; echo no', 60, ['true']));
  expect(stdout).toBe('$(echo no) `echo no`; echo no is ready\n');
});

test('asks for the port that clients use', () => {
  const to = { title: 'PostgreSQL', name: 'x', host: 'postgres', port: 5432, podPort: 6000, peers: [] };
  expect(waitForPort(to, 30).slice(4)).toEqual([
    'PostgreSQL at postgres:5432',
    '30',
    'nc',
    '-z',
    '-w',
    '2',
    'postgres',
    '5432',
  ]);
});
