import { expect, test } from 'vitest';
import { createOutage, guarded, Paused } from '../../../service/dispatch/outage.ts';
import { KarmadaError } from '../../../service/karmada/errors.ts';
import type { Karmada, Member } from '../../../service/karmada/karmada.ts';

const down = (detail = {}) => new KarmadaError('unavailable', 'connection refused', detail);
const answers = () => Promise.resolve('answer');

async function pauseOf(request: Promise<unknown>): Promise<Paused> {
  const error = await request.catch((failure: unknown) => failure);
  if (error instanceof Paused) return error;
  throw new Error(`Karmada was asked: ${error}`);
}

/** A control plane that goes up and down by hand, and a clock that is moved by hand. */
function setUp() {
  let now = 0;
  let asked = 0;
  const { through } = createOutage({ now: () => now, random: () => 1 });
  return {
    through,
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
    asked: () => asked,
    ask: (request: () => Promise<unknown> = answers) =>
      through(() => {
        asked += 1;
        return request();
      }),
  };
}

test('after a failure the others wait instead of asking, until it is time to try', async () => {
  const { ask, asked, pass } = setUp();
  await expect(ask(() => Promise.reject(down()))).rejects.toThrow('connection refused');
  await expect(ask()).rejects.toBeInstanceOf(Paused);
  expect(asked()).toBe(1);
  pass(1);
  await expect(ask()).resolves.toBe('answer');
  await expect(ask()).resolves.toBe('answer');
});

test('one probe at a time, with pauses that grow to fifteen seconds', async () => {
  const { ask, pass, asked } = setUp();
  const pauses: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    await expect(ask(() => Promise.reject(down()))).rejects.not.toBeInstanceOf(Paused);
    const paused = await pauseOf(ask());
    pauses.push(paused.seconds);
    pass(paused.seconds);
  }
  expect(pauses).toEqual([0.5, 1, 2, 4, 8, 15, 15]);

  let end: (answer: string) => void = () => undefined;
  const probing = ask(
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  const others = await pauseOf(ask());
  expect(others.seconds).toBeLessThan(1);
  expect(asked()).toBe(8);
  end('up again');
  await probing;
  await expect(ask()).resolves.toBe('answer');
});

test('a probe that never comes back does not block the others for ever', async () => {
  const { ask, pass } = setUp();
  await expect(ask(() => Promise.reject(down()))).rejects.toThrow();
  pass(1);
  void ask(() => new Promise(() => undefined));
  pass(11);
  await expect(ask()).resolves.toBe('answer');
});

test('requests that were under way together count as one failure', async () => {
  const { through, ask } = setUp();
  const failing = new Promise((_resolve, reject) => setImmediate(() => reject(down())));
  await Promise.allSettled([1, 2, 3].map(() => through(() => failing)));
  expect((await pauseOf(ask())).seconds).toBe(0.5);
});

test.each([
  ['no answer at all', down(), true],
  ['throttled', down({ status: 429, retryAfterSeconds: 30 }), true],
  ['starting', down({ status: 503 }), true],
  ['a proxy that finds no server behind it', down({ status: 502 }), true],
  ['a proxy that waited in vain', down({ status: 504 }), true],
  ['credentials not accepted', new KarmadaError('unauthenticated', '', { status: 401 }), true],
  // It may be this one object that makes a webhook fail.
  ['one failing request', down({ status: 500 }), false],
  ['a refusal', new KarmadaError('refused', '', { status: 422 }), false],
  ['forbidden', new KarmadaError('forbidden', '', { status: 403 }), false],
])('%s: all wait = %3$s', async (_name, error, isOutage) => {
  const { ask } = setUp();
  await expect(ask(() => Promise.reject(error))).rejects.toBe(error);
  if (!isOutage) return expect(ask()).resolves.toBe('answer');
  expect((await pauseOf(ask())).seconds).toBe(error.retryAfterSeconds ?? 0.5);
});

test('a member that does not answer makes those wait who ask that member, and nobody else', async () => {
  const reference = { apiVersion: 'ray.io/v1', kind: 'RayJob', namespace: 'default', name: 'train' };
  const asked: string[] = [];
  const member = (cluster: string): Pick<Member, 'get'> => ({
    get: async () => {
      asked.push(cluster);
      if (cluster === 'down') throw new KarmadaError('memberUnavailable', 'connection refused', { cluster });
      return undefined;
    },
  });
  const stub = { member, get: async () => undefined } as unknown as Karmada;
  const { karmada, throughMembers } = guarded(stub, 1_000);

  await expect(karmada.member('down').get(reference)).rejects.toThrow('connection refused');
  await expect(karmada.member('down').get(reference)).rejects.toBeInstanceOf(Paused);
  await expect(throughMembers(['up', 'down'], async () => void asked.push('logs'))).rejects.toBeInstanceOf(Paused);
  await karmada.member('up').get(reference);
  await throughMembers(['up'], async () => void asked.push('logs'));
  await karmada.get(reference);
  expect(asked).toEqual(['down', 'up', 'logs']);
});
