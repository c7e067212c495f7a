import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Leadership, runForLeader } from '../../../service/operator/leader.ts';
import { type Cluster, LEASE, refused, startCluster } from './cluster.ts';

// Replicas with real requests and short times: what is asserted is the order of events, never how long they took.

const TIMES = { leaseMs: 600, renewMs: 400, retryMs: 50 };

let cluster: Cluster;
let replicas: Leadership[];
let history: string[];
let leading: Set<string>;

beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.close());

let leases = 0;
beforeEach(() => {
  leases += 1;
  replicas = [];
  history = [];
  leading = new Set();
  cluster.fates.clear();
  return async () => {
    cluster.fates.clear();
    await Promise.all(replicas.map((replica) => replica.stop()));
  };
});

function join(identity: string, options: Partial<Parameters<typeof runForLeader>[0]> = {}): Leadership {
  const replica = runForLeader({
    kube: cluster.kube(),
    namespace: 'operator',
    name: `lease-${leases}`,
    identity,
    times: TIMES,
    onElected() {
      history.push(`${identity} leads`);
      leading.add(identity);
      expect([...leading]).toEqual([identity]);
    },
    onLost() {
      history.push(`${identity} lost`);
      leading.delete(identity);
    },
    ...options,
  });
  replicas.push(replica);
  return replica;
}

const lease = () => cluster.registry.read(LEASE, 'operator', `lease-${leases}`);
const spec = () => lease().spec as Record<string, unknown>;

describe('of several replicas', () => {
  it('one leads, and says so in the Lease', async () => {
    join('a');
    join('b');
    join('c');
    await expect.poll(() => history).toHaveLength(1);
    const [leader] = [...leading];
    expect(spec()).toMatchObject({ holderIdentity: leader, leaseDurationSeconds: 1, leaseTransitions: 0 });
    expect(spec().renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(replicas.filter((replica) => replica.isLeading())).toHaveLength(1);
  });

  it('another leads at once when the leader stops', async () => {
    const first = join('a');
    await expect.poll(() => history).toEqual(['a leads']);
    leading.clear();
    await first.stop();
    expect(spec().holderIdentity).toBe('');
    expect(first.isLeading()).toBe(false);
    join('b');
    await expect.poll(() => history).toEqual(['a leads', 'b leads']);
    expect(spec()).toMatchObject({ leaseTransitions: 1 });
  });

  it('another leads when the leader does nothing any more, and not before its Lease has run out', async () => {
    // The leader is a process that was killed: nobody renews what it held.
    const kube = cluster.kube();
    const held = { holderIdentity: 'dead', leaseDurationSeconds: 1, renewTime: '2020-01-01T00:00:00.000000Z' };
    const metadata = { name: `lease-${leases}`, namespace: 'operator' };
    await kube.create(
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases', namespaced: true },
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: held },
    );
    const begun = performance.now();
    join('b');
    await expect.poll(() => history).toEqual(['b leads']);
    // Its renewTime is years ago, which is not believed: clocks of machines differ.
    expect(performance.now() - begun).toBeGreaterThan(990);
  });
});

describe('a leader', () => {
  it('that cannot renew stops before another begins', async () => {
    const cut = new Set<string>();
    join('a');
    await expect.poll(() => history).toEqual(['a leads']);
    join('b');
    cluster.fates.add((request) =>
      request.method !== 'GET' && request.body.includes('"holderIdentity":"a"') && cut.has('a')
        ? Promise.resolve(refused(500, 'InternalError', 'etcd is gone'))
        : undefined,
    );
    cut.add('a');
    await expect.poll(() => history).toEqual(['a leads', 'a lost', 'b leads']);
    expect(replicas[0]?.isLeading()).toBe(false);
  });

  it('whose answers get lost goes on as long as its writes arrive', async () => {
    // Long enough for a busy machine: what is lost here is an answer, not time.
    join('a', { times: { leaseMs: 60_000, renewMs: 40_000, retryMs: 50 } });
    await expect.poll(() => history).toEqual(['a leads']);
    let lost = 0;
    cluster.fates.add((request, answer) => {
      if (request.method !== 'PUT' || lost > 0) return undefined;
      lost += 1;
      return answer().then(() => 'drop' as const);
    });
    const before = lease().metadata.resourceVersion;
    await expect.poll(() => Number(lease().metadata.resourceVersion) - Number(before)).toBeGreaterThan(3);
    expect(history).toEqual(['a leads']);
  });

  it('knows after a pause that it does not lead, before anything is asked', async () => {
    let now = 0;
    const clock = {
      now: () => now,
      after: (ms: number, act: () => void) => {
        const timer = setTimeout(act, ms);
        return () => clearTimeout(timer);
      },
    };
    const replica = join('a', { clock });
    await expect.poll(() => history).toEqual(['a leads']);
    expect(replica.isLeading()).toBe(true);
    // As after SIGSTOP and SIGCONT: the clock has gone on.
    now += TIMES.renewMs;
    expect(replica.isLeading()).toBe(false);
  });

  it('that finds its Lease taken lets go', async () => {
    join('a');
    await expect.poll(() => history).toEqual(['a leads']);
    const taken = { ...spec(), holderIdentity: 'intruder', leaseDurationSeconds: 100 };
    cluster.registry.update(LEASE, { ...lease(), spec: taken }, { manager: 'x' });
    await expect.poll(() => history).toEqual(['a leads', 'a lost']);
  });
});

it('of two that take over at the same time, one gets it', async () => {
  const metadata = { name: `lease-${leases}`, namespace: 'operator' };
  cluster.registry.create(
    LEASE,
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { holderIdentity: '' } },
    { manager: 'x' },
  );
  for (const identity of ['a', 'b', 'c', 'd', 'e']) join(identity);
  await expect.poll(() => history.length).toBeGreaterThan(0);
  expect(replicas.filter((replica) => replica.isLeading())).toHaveLength(1);
});
