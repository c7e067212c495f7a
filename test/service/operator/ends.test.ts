import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../../../infra/images/bundle.ts';
import { createKube } from '../../../service/kube/client.ts';
import type { ApiRequest, Reply } from '../../../service/local/kube/exchange.ts';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import { type Fate, TRAINING_JOB } from './cluster.ts';
import { startWorld, type World } from './world.ts';

// The one that acts is killed, or stopped for a while, at each of its writes in turn: before the write arrives, and after. Whoever
// comes next finishes the work, and nothing is made or counted twice.

let world: World;
let made: string[];

beforeEach(async () => {
  world = await startWorld();
  made = [];
  world.cluster.registry.store.onChange(({ type, resource, object }) => {
    if (type !== 'ADDED' || resource !== JOB) return;
    made.push(`${object.metadata.name} ${object.metadata.labels?.['ml.example.com/attempt']}`);
  });
});
afterEach(() => world.close());

const isWrite = ({ method }: ApiRequest): boolean => method !== 'GET';
const attempt = (name: string) => () => Number(world.job(name)?.metadata.labels?.['ml.example.com/attempt']);

/** What a job goes through; each step is done by the cluster, and followed by what the operator has to do. */
const LIFE: readonly [act: (name: string) => void, until: (name: string) => unknown, is: unknown][] = [
  [(name) => world.submit(name, { numWorkers: 2, checkpoint: { storage: {} } }), (name) => attempt(name)(), 1],
  [(name) => world.pods(name, 'Running'), (name) => world.status(name).state, 'Running'],
  [(name) => world.fail(name, 0), (name) => attempt(name)(), 2],
  [(name) => world.pods(name, 'Running'), (name) => world.status(name).state, 'Running'],
  [(name) => world.change(name, { suspend: true }), (name) => world.status(name).state, 'Suspended'],
  [(name) => world.change(name, { suspend: false }), (name) => attempt(name)(), 3],
  [(name) => world.pods(name, 'Running'), (name) => world.status(name).state, 'Running'],
  [(name) => world.succeed(name), (name) => world.status(name).state, 'Completed'],
];

async function live(name: string): Promise<void> {
  for (const [act, until, is] of LIFE) {
    act(name);
    await expect.poll(() => until(name)).toBe(is);
  }
}

function livedOnce(name: string): void {
  expect(made.filter((each) => each.startsWith(`${name}-training`))).toEqual(
    [1, 2, 3].map((n) => `${name}-training ${n}`),
  );
  expect(world.status(name)).toMatchObject({ state: 'Completed', attempt: 3, failures: 1, restartCount: 1 });
}

describe('killed with SIGKILL', () => {
  let image: string;
  const children = new Set<ChildProcess>();
  beforeAll(async () => {
    image = mkdtempSync(join(tmpdir(), 'operator-image-'));
    await bundle(image);
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });
  afterAll(() => rmSync(image, { recursive: true }));

  function start(): ChildProcess {
    const kubeconfig = join(image, 'kubeconfig.json');
    writeFileSync(kubeconfig, kubeconfigOf(world.cluster.identity.server));
    const child = spawn(process.execPath, [join(image, 'operator.js')], {
      env: {
        ...process.env,
        KUBECONFIG: kubeconfig,
        POD_NAMESPACE: 'operator',
        METRICS_PORT: '0',
        LEADER_ELECTION: 'false',
        LOG_LEVEL: 'fatal',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.add(child);
    return child;
  }

  it.each([
    ['before a write arrives', false],
    ['after a write has arrived, and before its answer', true],
  ])(
    '%s, at each of the writes of a whole life',
    async (_title, arrives) => {
      let writes = 0;
      let child = start();
      const seen = new Set<string>();
      // At each write that was not met in this place before the process dies, and another one is started in its place.
      world.cluster.fates.add((request, answer) => {
        if (!isWrite(request)) return undefined;
        const [, state] = /"state":"(\w+)"/.exec(request.body) ?? [];
        const what = `${request.method} ${request.path.slice(-3).join('/')} ${world.status('bert').attempt} ${state}`;
        if (seen.has(what)) return undefined;
        seen.add(what);
        writes += 1;
        return die(answer, arrives);
      });
      // Several writes are under way at once, and die with it: one is started in its place, not one for each.
      let dying: Promise<void> | undefined;
      async function die(answer: () => Promise<Reply>, first: boolean): Promise<'drop'> {
        if (first) await answer();
        dying ??= replace().finally(() => {
          dying = undefined;
        });
        await dying;
        return 'drop';
      }
      async function replace(): Promise<void> {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
        child = start();
      }
      await live('bert');
      livedOnce('bert');
      expect(writes).toBeGreaterThan(10);
    },
    240_000,
  );
});

describe('stopped for a while (SIGSTOP) while others act', () => {
  /** Writes of one life, to be held one after the other. */
  it.each(Array.from({ length: 12 }, (_, number) => number))(
    'a write that arrives late changes nothing: number %i',
    async (number) => {
      let isStopped = false;
      let count = 0;
      let release = (): void => {};
      let late: Promise<Reply> | undefined;
      let stop = (): void => {};
      const stopped = new Promise<void>((resolve) => {
        stop = resolve;
      });
      const first = createKube(world.cluster.identity, { userAgent: 'first' });
      const hold: Fate = (request, answer) => {
        if (!isWrite(request) || request.headers['user-agent'] !== 'first' || isStopped) return undefined;
        count += 1;
        if (count <= number) return undefined;
        isStopped = true;
        stop();
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        late = held.then(answer);
        return late;
      };
      world.cluster.fates.add(hold);
      await world.operate({ kube: first, isLeading: () => !isStopped });
      const life = live('bert');
      await stopped;
      await world.operate();
      await life;
      livedOnce('bert');
      const before = world.cluster.registry.read(TRAINING_JOB, 'ml', 'bert');
      release();
      await late;
      await world.settled();
      const after = world.cluster.registry.read(TRAINING_JOB, 'ml', 'bert');
      expect(after.status).toEqual(before.status);
      livedOnce('bert');
      await first.close();
    },
    60_000,
  );
});

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token: 'x' } }],
  });
