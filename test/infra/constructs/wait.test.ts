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

test('a probe that cannot succeed is told by its own last words, not as a service that is away', () => {
  const { stderr } = run(waitUntil('PostgreSQL', 0, ['sh', '-c', 'echo "unrecognized option: z" >&2; exit 7']));
  expect(stderr).toContain('ended with 7: unrecognized option: z\n');
  const missing = run(waitUntil('PostgreSQL', 0, ['no-such-probe', '-z']));
  expect(missing.stderr).toMatch(/last try: no-such-probe -z ended with 127: .*not found/);
  const silent = run(waitUntil('PostgreSQL', 0, ['false']));
  expect(silent.stderr).toContain('last try: false ended with 1: it said nothing\n');
});

test('what it waits for is never run', () => {
  const { stdout } = run(waitUntil('$(echo no) `echo no`; echo no', 60, ['true']));
  expect(stdout).toBe('$(echo no) `echo no`; echo no is ready\n');
});

test('asks for the port that clients use', () => {
  const to = { title: 'PostgreSQL', name: 'x', host: 'postgres', port: 5432, podPorts: [6000], peers: [] };
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
