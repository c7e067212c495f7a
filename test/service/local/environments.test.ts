import { describe, expect, it, onTestFinished } from 'vitest';
import { createEnvironments } from '../../../service/local/environments.ts';
import { trainingsBy } from '../../../service/local/real-trainings.ts';
import { trainersChoice } from '../../../service/local/trainers-choice.ts';
import type { Environment, MakingOptions } from '../../../service/trainers/environment.ts';
import { eventually } from '../../patience.ts';
import { smallJob, startWorld } from '../api/world.ts';

/** Environments whose making ends when the test says so. */
function environments() {
  const makings: (MakingOptions & { readonly end: (how: Environment) => void })[] = [];
  const all = createEnvironments({
    tell: () => {},
    make: (options) =>
      new Promise((resolve) => {
        options.signal?.addEventListener('abort', () => resolve({ ok: false, reason: 'it was stopped' }));
        makings.push({ ...options, end: resolve });
      }),
  });
  /** Of those that were begun, by number. */
  const making = (index: number) => {
    const found = makings[index];
    if (!found) throw new Error(`there are ${makings.length} makings`);
    return found;
  };
  return { all, makings, making };
}

/** What has ended is known a turn later. */
const aTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

const PYTHON = { ok: true, python: '/python', version: '3.12.1' } as const;

describe('an environment', () => {
  it('is made once for all who wait, each of whom is told all of it', async () => {
    const { all, makings, making } = environments();
    const needed = 'PyTorch is needed, and is fetched once';
    expect(all.prepare('a', 'torch-mpi')).toEqual({ state: 'underWay', lines: [needed] });
    making(0).tell('1 of 2 MB');
    expect(all.prepare('a', 'torch-mpi')).toEqual({ state: 'underWay', lines: ['1 of 2 MB'] });
    expect(all.prepare('b', 'horovod-mpi')).toEqual({ state: 'underWay', lines: [needed, '1 of 2 MB'] });
    making(0).end(PYTHON);
    await aTurn();
    expect(all.prepare('a', 'torch-mpi')).toEqual({ state: 'ready', lines: [], python: PYTHON });
    expect(all.prepare('c', 'torch-mpi')).toEqual({ state: 'ready', lines: [], python: PYTHON });
    expect(makings).toHaveLength(1);
  });

  it('that could not be made is impossible for who waited, and is tried again for who comes later', async () => {
    const { all, makings, making } = environments();
    all.prepare('a', 'jax-pjit');
    making(0).end({ ok: false, reason: 'no space' });
    await aTurn();
    expect(all.prepare('a', 'jax-pjit')).toMatchObject({
      state: 'impossible',
      reason: 'JAX could not be fetched: no space',
    });
    expect(all.prepare('b', 'jax-pjit')).toMatchObject({ state: 'underWay' });
    expect(makings).toHaveLength(2);
  });

  it('is not made any further when nobody waits for it, or all is stopped', async () => {
    const { all, making } = environments();
    all.prepare('a', 'deepspeed-zero3');
    all.prepare('b', 'deepspeed-zero3');
    all.leave('a');
    expect(making(0).signal?.aborted).toBe(false);
    all.leave('b');
    expect(making(0).signal?.aborted).toBe(true);
    all.prepare('c', 'deepspeed-zero3');
    await all.stop();
    expect(making(1).signal?.aborted).toBe(true);
  });
});

describe('a job whose engine is fetched', () => {
  it('waits, and its log says for what; where that cannot be had it fails with the reason', async () => {
    const { all, making } = environments();
    const world = await startWorld({
      speed: 50,
      simulation: { programs: trainingsBy(all, '/nowhere', '/nowhere').over },
    });
    onTestFinished(async () => {
      await world.close();
      await all.stop();
    });
    const { body } = await world.call('/api/v1/jobs', {
      body: smallJob({ jobName: 'waits', algorithm: { algorithmName: 'torch-mpi' }, hyperparameters: {} }),
    });
    const at = `/api/v1/jobs/${body.id}`;
    const log = () => world.call(`${at}/logs`).then(({ text }) => text);
    await eventually(log, (text) => text.includes('PyTorch is needed, and is fetched once'));
    making(0).tell('[##........] 20 of 190 MB');
    await eventually(log, (text) => text.includes('20 of 190 MB'));
    const waits = { status: 'Pending', reason: 'Submitted', message: expect.stringContaining('its log says') };
    await expect.poll(async () => (await world.call(at)).body).toMatchObject(waits);

    making(0).end({ ok: false, reason: 'no space is left' });
    const failed = await eventually(
      () => world.call(at).then((answer) => answer.body),
      ({ status }) => status === 'Failed',
    );
    expect(failed).toMatchObject({
      reason: 'TemporaryFailure',
      message: 'PyTorch could not be fetched: no space is left',
    });
  });

  it('is given up when its job is cancelled', async () => {
    const { all, making } = environments();
    const world = await startWorld({
      speed: 50,
      simulation: { programs: trainingsBy(all, '/nowhere', '/nowhere').over },
    });
    onTestFinished(() => world.close());
    const { body } = await world.call('/api/v1/jobs', {
      body: smallJob({ jobName: 'cancelled', algorithm: { algorithmName: 'jax-pjit' }, hyperparameters: {} }),
    });
    const begun = await eventually(
      async () => {
        try {
          return making(0);
        } catch {
          return undefined;
        }
      },
      (found) => found !== undefined,
    );
    await world.call(`/api/v1/jobs/${body.id}/cancel`, { body: {} });
    await eventually(
      async () => begun?.signal?.aborted,
      (aborted) => aborted === true,
    );
  });
});

describe('--trainers', () => {
  it('alone fetches what a job asks for; with names, what these need; with a path it takes that Python', () => {
    expect(trainersChoice(['--port=1'])).toEqual({ choice: undefined, mistakes: [], rest: ['--port=1'] });
    const choiceOf = (...args: string[]) => trainersChoice(args).choice;
    expect(choiceOf('--trainers')).toEqual({ upFront: [], own: undefined });
    expect(choiceOf('--trainers=torch-mpi,horovod-mpi,jax-pjit')?.upFront).toEqual(['torch', 'jax']);
    expect(choiceOf('--trainers=all')?.upFront).toHaveLength(5);
    expect(choiceOf('--trainers=./venv/bin/python')).toEqual({ upFront: [], own: './venv/bin/python' });
  });

  it('with another word is a mistake that names what may stand there', () => {
    const { mistakes } = trainersChoice(['--trainers=torch']);
    expect(mistakes).toEqual([expect.stringMatching(/^--trainers=torch: all, the path of a Python, .*torch-mpi/)]);
  });
});
