import { expect, test } from 'vitest';
import { readEvent } from '../../../../service/kube/pods/event.ts';
import { eventsIn, explainPod, warningsAbout } from '../../../../service/kube/pods/explain.ts';
import { readPod } from '../../../../service/kube/pods/pod.ts';
import { scriptedServer } from '../scripted-server.ts';
import { status } from '../widgets.ts';

const event = (name: string, reason: string, message: string, at: string, type = 'Warning') => ({
  metadata: { name: `${name}.${reason}.${at}` },
  type,
  reason,
  message,
  lastTimestamp: at,
  involvedObject: { kind: 'Pod', name },
});

const crashed = readPod({
  metadata: { name: 'p', namespace: 'a', uid: 'u' },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'main',
        ready: false,
        restartCount: 1,
        state: { running: {} },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      },
    ],
  },
});

test('what, what to do, the last words of the container before when the new one has said nothing, and the events', async () => {
  const server = await scriptedServer();
  const events = [
    event('p', 'BackOff', 'again', '2026-11-21T09:00:02Z'),
    event('p', 'Failed', 'first', '2026-11-21T09:00:01Z'),
    event('p', 'Pulled', 'fine', '2026-11-21T09:00:03Z', 'Normal'),
    event('other', 'Failed', 'elsewhere', '2026-11-21T09:00:04Z'),
  ];
  const explained = explainPod(server.kube, crashed, events.map(readEvent));
  const now = await server.next();
  expect([now.path, now.query.previous]).toEqual(['/api/v1/namespaces/a/pods/p/log', 'false']);
  now.text('');
  const before = await server.next();
  expect(before.query).toEqual({ container: 'main', tailLines: '5', limitBytes: '65536', previous: 'true' });
  before.text('loading\nno such file\n');
  expect(await explained).toEqual([
    'pod p: main: Error: ended with exit code 1 (Error) - its log says why',
    'pod p:   | loading',
    'pod p:   | no such file',
    'pod p: event Failed: first',
    'pod p: event BackOff: again',
  ]);
});

test('a log that may not be read does not keep the rest from being told', async () => {
  const server = await scriptedServer();
  const explained = explainPod(server.kube, crashed, []);
  for (let i = 0; i < 2; i += 1) (await server.next()).json(status(403, 'Forbidden'), 403);
  expect(await explained).toEqual(['pod p: main: Error: ended with exit code 1 (Error) - its log says why']);
});

test('a pod of which nothing is known is said to be so', async () => {
  const { kube } = await scriptedServer();
  const lines = await explainPod(kube, readPod({ metadata: { name: 'p' }, status: { phase: 'Pending' } }), []);
  expect(lines).toEqual(['pod p: is Pending, and nothing says why it gets no further']);
});

test('events are asked for once for a namespace; warnings are told once each, the last three', async () => {
  const server = await scriptedServer();
  const asked = eventsIn(server.kube, 'a');
  const list = await server.next();
  expect([list.path, list.query.resourceVersion]).toEqual(['/api/v1/namespaces/a/events', '0']);
  const items = [4, 1, 3, 2, 4].map((n) => event('p', 'Odd', String(n), `2026-11-21T09:00:0${n}Z`));
  list.json({ apiVersion: 'v1', kind: 'EventList', metadata: { resourceVersion: '1' }, items });
  expect(warningsAbout(await asked, (name) => name === 'p')).toEqual(['event Odd: 2', 'event Odd: 3', 'event Odd: 4']);
});
