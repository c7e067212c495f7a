import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ask, ProbeFailure, probe, probeRefusal } from '../../../service/probe/probe.ts';
import { simulatedBase } from '../../flow/base.ts';
import type { JobAnswer } from '../../flow/client.ts';
import { eventually, startWorld, type World } from '../../flow/world.ts';
import { program } from '../../program.ts';

// The service as in production and a simulated Karmada in which we write what the members say.

const TOKEN = 'the-token-of-the-probe';
const folder = mkdtempSync(join(tmpdir(), 'probe-'));
const tokenFile = join(folder, 'token');
let world: World;
let withTokens: World;

beforeAll(async () => {
  writeFileSync(tokenFile, `${TOKEN}\n`);
  const tokens = join(folder, 'tokens.json');
  const sha256 = createHash('sha256').update(TOKEN).digest('hex');
  writeFileSync(tokens, JSON.stringify([{ name: 'probe', role: 'submitter', namespaces: ['default'], sha256 }]));
  const [open, closed] = await Promise.all([simulatedBase(), simulatedBase()]);
  [world, withTokens] = await Promise.all([
    startWorld(open),
    startWorld(closed, { AUTH: 'tokens', AUTH_TOKENS_FILE: tokens }),
  ]);
});

afterAll(async () => {
  await Promise.all([world?.close(), withTokens?.close()]);
  rmSync(folder, { recursive: true });
});

const ask: Ask = async (method, path, body) => {
  const { body: answer, status } = await world.client.send(method, path, body);
  return { status, text: JSON.stringify(answer) };
};

const OPTIONS = { image: 'busybox:1.37.0', namespace: 'default', timeoutMs: 30_000, intervalMs: 50 };

/** The job that the probe has submitted, once it has. */
const submitted = (): Promise<JobAnswer> =>
  eventually(world.base, "the probe's job", async () => {
    const jobs: JobAnswer[] = (await world.client.send('GET', '/api/v1/jobs')).body;
    return jobs.find(({ status }) => status === 'Pending');
  });

async function memberSays(type: 'Complete' | 'Failed', more: object = {}): Promise<void> {
  const placed = await world.placed(await submitted());
  await placed.says({ conditions: [{ type, status: 'True', lastTransitionTime: '2026-11-21T09:00:00Z', ...more }] });
}

test('the job goes to a member, succeeds and is deleted', async () => {
  const lines: string[] = [];
  const outcome = probe(ask, OPTIONS, (line) => lines.push(line));
  await memberSays('Complete');
  expect(await outcome).toMatch(/^job probe-\w{8} succeeded after \d+ s$/);
  expect(lines[0]).toMatch(/^job probe-\w{8} submitted$/);
  expect(lines.at(-1)).toMatch(/^Succeeded, /);
  expect((await world.client.send('GET', '/api/v1/jobs')).body).toEqual([]);
});

test('a job that fails ends it with the reason of the member, and stays to be looked at', async () => {
  const outcome = probe(ask, OPTIONS, () => undefined).catch((error: unknown) => error);
  await memberSays('Failed', { reason: 'BackoffLimitExceeded', message: 'no such image' });
  const error = await outcome;
  expect(error).toBeInstanceOf(ProbeFailure);
  expect((error as Error).message).toMatch(/^job probe-\w{8} failed: BackoffLimitExceeded: no such image$/);
  const [left] = (await world.client.send('GET', '/api/v1/jobs')).body;
  expect(left).toMatchObject({ status: 'Failed' });
  await world.client.send('DELETE', `/api/v1/jobs/${left.id}`);
});

test('a job that does not end is given up, with where it stands', async () => {
  await expect(probe(ask, { ...OPTIONS, timeoutMs: 10 }, () => undefined)).rejects.toThrow(
    /^job probe-\w{8} has not ended in time: Pending, \w+: /,
  );
  const { id } = await submitted();
  await world.client.send('DELETE', `/api/v1/jobs/${id}`);
});

test('a job that does not get on is told with its stuck pods: why, and what to do', async () => {
  const job = { id: 'probe-1', status: 'Pending', reason: 'Starting', message: 'pods start' };
  const stuck = { name: 'p', reason: 'ErrImagePull', message: 'no such image', advice: 'check its name' };
  const pods = [stuck, { ...stuck, name: 'q', advice: null }, { ...stuck, name: 'well', reason: null }];
  const answers: Ask = async (method, path) => {
    if (path === '/ready') return { status: 200, text: '{}' };
    if (path.endsWith('/pods')) return { status: 200, text: JSON.stringify({ clusters: [{ cluster: 'm1', pods }] }) };
    return { status: method === 'POST' ? 201 : 200, text: JSON.stringify(job) };
  };
  await expect(probe(answers, { ...OPTIONS, timeoutMs: 1, intervalMs: 5 }, () => undefined)).rejects.toThrow(
    'Pending, Starting: pods start\n  m1/p: ErrImagePull no such image - check its name\n  m1/q: ErrImagePull no such image',
  );
});

test('a service that is not there is told with the address that does not answer', async () => {
  const { code, text } = await run(['--url=http://127.0.0.1:2', '--image', 'busybox:1.37.0', '--timeout-seconds=1']);
  expect(code).toBe(1);
  expect(text).toContain('probe: the job API does not answer: fetch failed');
  expect(text).toContain('127.0.0.1:2');
});

test('a service that lets anybody in is no success where callers must have tokens', async () => {
  await expect(probeRefusal(ask, OPTIONS, () => undefined)).rejects.toThrow(/must answer 401 .* but answers 201/);
  const { id } = await submitted();
  await world.client.send('DELETE', `/api/v1/jobs/${id}`);
});

test('as a program: refused without a token, and with one it submits', async () => {
  const where = [`--url=${withTokens.service.url}`, '--image', 'busybox:1.37.0'];
  const [refused, noToken, given] = await Promise.all([
    run([...where, '--expect-refusal']),
    run(where),
    run([...where, `--token-file=${tokenFile}`, '--namespace=elsewhere']),
  ]);
  expect(refused).toEqual({ code: 0, text: '/ready answers 200, and /api/v1/jobs answers 401 to who has no token\n' });
  expect(noToken.code).toBe(1);
  expect(noToken.text).toContain('/api/v1/jobs does not take a job, but answers 401');
  // Known, and not allowed in that namespace.
  expect(given.text).toContain('answers 403');
  expect(given.text).not.toContain(TOKEN);
});

test('as a program: a wrong command line is told', async () => {
  const [none, wrong] = await Promise.all([run([]), run(['--url=x', '--image=y', '--timeout-seconds=soon'])]);
  expect(none).toMatchObject({
    code: 1,
    text: expect.stringContaining("required option '--url <address>' not specified"),
  });
  expect(wrong.code).toBe(1);
});

async function run(args: string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [await program('service/probe/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}
