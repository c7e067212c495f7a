import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { faultsOf } from '../../../infra/deploy/way-in.ts';
import type { WayIn } from '../../../infra/stacks/definition.ts';
import { type Authority, createAuthority } from '../../service/kube/certificates.ts';
import { type Entrance, HEADERS, startEntrance } from './some-entrance.ts';

const HOST = 'grafana.127.0.0.1.nip.io';

let ours: Authority;
let theirs: Authority;
let entrance: Entrance;
beforeAll(async () => {
  [ours, theirs] = await Promise.all([createAuthority(HOST), createAuthority(HOST)]);
  entrance = await startEntrance(HOST, ours.server);
});
afterAll(() => entrance.close());
beforeEach(() => {
  entrance.headers = HEADERS;
  entrance.redirect = `https://${HOST}/login`;
});

const way = (more: Partial<WayIn> = {}): WayIn => ({
  host: HOST,
  ports: entrance.ports,
  path: '/login',
  trusts: { secret: 'grafana-tls-secret' },
  headers: { 'strict-transport-security': 'max-age=31536000', 'content-security-policy': 'script-src' },
  redirects: true,
  ...more,
});

const faults = (more: Partial<WayIn> = {}, authority: string | undefined = ours.ca) =>
  faultsOf(way(more), {
    address: '127.0.0.1',
    ...(authority !== undefined && { authority }),
    signal: AbortSignal.timeout(60_000),
  });

test('an entrance with our chain, our headers, and HTTP that leads to it has no fault', async () => {
  expect(await faults()).toEqual([]);
});

test('a chain of another authority of the same name is none of ours', async () => {
  expect(await faults({}, theirs.ca)).toEqual([expect.stringMatching(/^https:.*(signature failure|certificate)/)]);
});

test('a chain of ours is none that everybody trusts; where any will do it does', async () => {
  const asked = { address: '127.0.0.1', signal: AbortSignal.timeout(60_000) };
  expect(await faultsOf(way({ trusts: 'public' }), asked)).toEqual([expect.stringContaining('certificate')]);
  expect(await faultsOf(way({ trusts: 'any' }), asked)).toEqual([]);
});

test('a certificate for another host is none for ours', async () => {
  expect(await faults({ host: 'other.example' })).toContainEqual(
    expect.stringContaining("does not match certificate's altnames"),
  );
});

test('a header that is missing, and one that says something else', async () => {
  entrance.headers = { 'strict-transport-security': 'max-age=0' };
  const place = `https://${HOST}:${entrance.ports.https}/login`;
  expect(await faults()).toEqual([
    `${place}: the header strict-transport-security is "max-age=0"; it should have max-age=31536000`,
    `${place}: the header content-security-policy is missing; it should have script-src`,
  ]);
});

test('HTTP that shows the page, or leads elsewhere', async () => {
  const place = `http://${HOST}:${entrance.ports.http}/login`;
  entrance.redirect = undefined;
  expect(await faults()).toEqual([`${place} answers 200: it should lead to https://${HOST}`]);
  entrance.redirect = 'https://elsewhere.example/';
  expect(await faults()).toEqual([
    `${place} answers 301 to https://elsewhere.example/: it should lead to https://${HOST}`,
  ]);
  expect(await faults({ redirects: false })).toEqual([]);
});

test('nothing that listens is told as what it is', async () => {
  const free = await startEntrance(HOST, ours.server);
  await free.close();
  expect(await faults({ ports: free.ports })).toEqual([
    expect.stringContaining('ECONNREFUSED'),
    expect.stringContaining('ECONNREFUSED'),
  ]);
});
