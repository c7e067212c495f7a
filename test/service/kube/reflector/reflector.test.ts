import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { KubeObject } from '../../../../service/kube/kube.ts';
import { createReflector, type ReflectorOptions } from '../../../../service/kube/reflector/reflector.ts';
import type { Change } from '../../../../service/kube/reflector/store.ts';
import { type Asked, type ScriptedServer, scriptedServer } from '../scripted-server.ts';
import { bookmark, INITIAL_EVENTS_END, status, WIDGET, widget, widgetList } from '../widgets.ts';

const sizeOf = ({ spec }: KubeObject): number => (spec as { size: number }).size;

interface Told {
  readonly changes: Change<number>[];
  readonly troubles: string[];
}

/** A reflector of widgets that keeps their size; it stops with the test. */
async function reflecting(options: Partial<ReflectorOptions<number>> = {}) {
  const server = await scriptedServer();
  const told: Told = { changes: [], troubles: [] };
  const reflector = createReflector(server.kube, WIDGET, {
    keep: sizeOf,
    onChange: (change) => void told.changes.push(change),
    onTrouble: (error) => void told.troubles.push((error as Error).message),
    backoff: { firstMs: 1, mostMs: 2 },
    streamingList: false,
    ...options,
  });
  onTestFinished(() => reflector.stop());
  return { server, reflector, told, brief: () => told.changes.map(briefly) };
}

const briefly = (change: Change<number>): string => {
  const values = [change.type === 'added' ? '' : change.before, change.type === 'deleted' ? '' : change.after];
  return `${change.type} ${change.key} ${values.join('>')}`;
};

/** Answers the list that comes next, and hands out the watch that follows. */
async function listed(server: ScriptedServer, resourceVersion: number, items: readonly unknown[]) {
  const list = await server.next();
  list.json(widgetList(resourceVersion, items));
  return { list, watch: await server.next() };
}

/** Once the reflector has told so many. */
const toldOf = (told: Told, count: number): Promise<void> =>
  expect.poll(() => told.changes.length).toBeGreaterThanOrEqual(count);

describe('a list, and a watch from there', () => {
  test('the list comes from memory, the watch asks for bookmarks, and what follows is told in order', async () => {
    const { server, reflector, told, brief } = await reflecting({ labelSelector: 'app=x', namespace: 'a' });
    const { list, watch } = await listed(server, 10, [widget('one', 3), widget('two', 4)]);
    expect(list.path).toBe('/apis/example.com/v1/namespaces/a/widgets');
    expect(list.query).toEqual({ labelSelector: 'app=x', resourceVersion: '0', limit: '500' });
    await reflector.synced;
    expect(watch.query).toMatchObject({
      watch: '1',
      allowWatchBookmarks: 'true',
      labelSelector: 'app=x',
      resourceVersion: '10',
    });
    expect(Number(watch.query.timeoutSeconds)).toBeGreaterThanOrEqual(300);
    const stream = watch.stream();
    stream.event('ADDED', widget('three', 11));
    stream.event('MODIFIED', widget('one', 12));
    stream.event('DELETED', widget('two', 13));
    await toldOf(told, 5);
    expect(brief()).toEqual([
      'added a/one >3',
      'added a/two >4',
      'added a/three >11',
      'changed a/one 3>12',
      'deleted a/two 4>',
    ]);
    expect([reflector.store.get('a/one'), reflector.store.get('a/two'), reflector.store.size]).toEqual([
      12,
      undefined,
      2,
    ]);
    expect(reflector.resourceVersion).toBe('13');
    expect(told.troubles).toEqual([]);
  });

  test('pages are read to the last, and the watch begins at the version of the first', async () => {
    const { server, reflector } = await reflecting({ inPages: true });
    const first = await server.next();
    expect(first.query).toEqual({ limit: '500' });
    first.json(widgetList(10, [widget('one', 3)], { continue: 'next' }));
    const second = await server.next();
    expect(second.query.continue).toBe('next');
    second.json(widgetList(12, [widget('two', 4)]));
    expect((await server.next()).query.resourceVersion).toBe('10');
    expect(reflector.store.list()).toEqual([3, 4]);
  });

  test('metadata alone is asked for as such', async () => {
    const { server } = await reflecting({ metadataOnly: true, keep: () => 1 });
    const { list, watch } = await listed(server, 10, []);
    expect(list.headers.accept).toContain('as=PartialObjectMetadataList');
    expect(watch.headers.accept).toContain('as=PartialObjectMetadata;');
  });

  test('what keep leaves out is not there, and goes when it begins to be left out', async () => {
    const { server, told, brief } = await reflecting({
      keep: (object) => (sizeOf(object) > 5 ? sizeOf(object) : undefined),
    });
    const { watch } = await listed(server, 10, [widget('small', 3), widget('large', 8)]);
    watch.stream().event('MODIFIED', widget('large', 11, { size: 1 }));
    await toldOf(told, 2);
    expect(brief()).toEqual(['added a/large >8', 'deleted a/large 8>']);
  });

  test('an object that keep cannot read hides no other', async () => {
    const { server, reflector, told } = await reflecting({ keep: (object) => (object.spec ? sizeOf(object) : fail()) });
    const { spec: _, ...odd } = widget('odd', 4);
    await listed(server, 10, [odd, widget('one', 3)]);
    await reflector.synced;
    expect(reflector.store.list()).toEqual([3]);
    expect(told.troubles).toEqual(['cannot be read']);
  });
});

const fail = (): never => {
  throw new Error('cannot be read');
};

describe('what ends a watch', () => {
  test('a server that has had enough of it, or a cut: it goes on from the last version, and tells nothing twice', async () => {
    const { server, told, brief } = await reflecting();
    const { watch } = await listed(server, 10, [widget('one', 3)]);
    const stream = watch.stream();
    stream.event('MODIFIED', widget('one', 12));
    await toldOf(told, 2);
    stream.end();
    const second = await server.next();
    expect(second.query.resourceVersion).toBe('12');
    const bookmarked = second.stream();
    bookmarked.event('BOOKMARK', bookmark(20));
    bookmarked.event('MODIFIED', widget('one', 21));
    bookmarked.raw('{"type":"MODIFIED","object":{"apiVersion":"example.com/v1","kind":"Wid');
    await toldOf(told, 3);
    bookmarked.cut();
    const third = await server.next();
    expect([third.query.watch, third.query.resourceVersion]).toEqual(['1', '21']);
    expect(brief()).toEqual(['added a/one >3', 'changed a/one 3>12', 'changed a/one 12>21']);
  });

  test('a bookmark moves the version on by itself', async () => {
    const { server, reflector } = await reflecting();
    const { watch } = await listed(server, 10, []);
    watch.stream().event('BOOKMARK', bookmark(99));
    await expect.poll(() => reflector.resourceVersion).toBe('99');
  });

  test('a garbled line is not believed: what was before it stands, and the watch goes on from there', async () => {
    const { server, told, brief } = await reflecting();
    const { watch } = await listed(server, 10, []);
    const stream = watch.stream();
    stream.event('ADDED', widget('one', 11));
    stream.raw('<html>no event</html>\n');
    stream.event('ADDED', widget('two', 12));
    const again = await server.next();
    expect(again.query.resourceVersion).toBe('11');
    again.stream().event('ADDED', widget('two', 12));
    await toldOf(told, 2);
    expect(brief()).toEqual(['added a/one >11', 'added a/two >12']);
    expect(told.troubles).toEqual([expect.stringContaining('no JSON')]);
  });

  test('a version at which it always breaks is left: all is listed anew', async () => {
    const { server } = await reflecting();
    await listed(server, 10, []).then(({ watch }) => watch.stream().raw('garbled\n'));
    for (let i = 0; i < 2; i += 1) {
      const watch = await server.next();
      expect(watch.query).toMatchObject({ watch: '1', resourceVersion: '10' });
      watch.stream().raw('garbled\n');
    }
    expect((await server.next()).query.watch).toBeUndefined();
  });

  test('silence: the watch is taken for dead, and asked for anew at the same version', async () => {
    const { server, told } = await reflecting({ idleTimeoutMs: 400 });
    const { watch } = await listed(server, 10, []);
    watch.stream();
    await watch.gone;
    expect((await server.next()).query.resourceVersion).toBe('10');
    expect(told.troubles).toContainEqual(expect.stringContaining('fell silent'));
  });

  test('a server that is away: the watch goes on when it is back, without a list', async () => {
    const { server, told } = await reflecting();
    const { watch } = await listed(server, 10, []);
    watch.stream().event('ADDED', widget('one', 11));
    await toldOf(told, 1);
    await server.stopListening();
    await expect.poll(() => told.troubles.length).toBeGreaterThan(5);
    await server.listenAgain();
    expect((await server.next()).query).toMatchObject({ watch: '1', resourceVersion: '11' });
  });
});

describe('an expired version', () => {
  test('410 in the middle: listed anew, no older than what was told; what went or changed unseen is told', async () => {
    const { server, told, brief } = await reflecting();
    const before = [widget('same', 1), widget('gone', 2), widget('changed', 3), widget('another', 4)];
    const { watch } = await listed(server, 10, before);
    const stream = watch.stream();
    stream.event('BOOKMARK', bookmark(15));
    stream.event('ERROR', status(410, 'Expired', 'too old resource version'));
    told.changes.length = 0;
    const { list, watch: next } = await listed(server, 40, [
      widget('same', 1),
      widget('changed', 33),
      widget('another', 34, { uid: 'another-uid' }),
      widget('new', 35),
    ]);
    expect(list.query).toEqual({ resourceVersion: '15', limit: '0' });
    expect(next.query.resourceVersion).toBe('40');
    await toldOf(told, 5);
    expect(brief()).toEqual([
      'deleted a/gone 2>',
      'changed a/changed 3>33',
      'deleted a/another 4>',
      'added a/another >34',
      'added a/new >35',
    ]);
  });

  test('a list that cannot be had at that version either is taken at the newest', async () => {
    const { server } = await reflecting();
    const { watch } = await listed(server, 10, []);
    watch.json(status(410, 'Expired'), 410);
    (await server.next()).json(status(410, 'Expired'), 410);
    const list = await server.next();
    expect(list.query).toEqual({ limit: '500' });
  });
});

describe('who is told', () => {
  test('a slow consumer holds the stream and loses nothing; its slowness is not taken for silence of the server', async () => {
    const sizes: number[] = [];
    let release = (): void => {};
    let isHeld = false;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { server, told } = await reflecting({
      idleTimeoutMs: 1_000,
      onChange: async (change) => {
        isHeld = true;
        if (change.type === 'added') await held;
        if (change.type !== 'deleted') sizes.push(change.after);
      },
    });
    const { watch } = await listed(server, 10, []);
    const stream = watch.stream();
    for (let version = 11; version < 500; version += 1) {
      stream.event(version === 11 ? 'ADDED' : 'MODIFIED', widget('one', version));
    }
    await expect.poll(() => isHeld).toBe(true);
    // Longer than the time after which a silent server is given up.
    await sleep(1_200);
    expect([sizes, server.waiting()]).toEqual([[], 0]);
    stream.event('BOOKMARK', bookmark(500));
    release();
    await expect.poll(() => sizes.at(-1)).toBe(499);
    expect(sizes).toEqual(Array.from({ length: 489 }, (_, i) => i + 11));
    expect(told.troubles).toEqual([]);
  });

  test('one that throws is told on, and the store is right all the same', async () => {
    const { server, reflector, told } = await reflecting({
      onChange: () => {
        throw new Error('no room');
      },
    });
    await listed(server, 10, [widget('one', 3), widget('two', 4)]);
    await reflector.synced;
    expect(reflector.store.list()).toEqual([3, 4]);
    expect(told.troubles).toEqual(['no room', 'no room']);
  });

  test('after stop nobody: the watch is hung up, and who waits for the first list is told', async () => {
    const { server, reflector, told } = await reflecting();
    const list = await server.next();
    await reflector.stop();
    await list.gone;
    await expect(reflector.synced).rejects.toThrow('widgets was stopped');
    expect(told).toEqual({ changes: [], troubles: [] });

    const second = await reflecting();
    const { watch } = await listed(second.server, 10, []);
    const stream = watch.stream();
    stream.event('ADDED', widget('one', 11));
    await toldOf(second.told, 1);
    await second.reflector.stop();
    await watch.gone;
    expect(second.server.waiting()).toBe(0);
  });
});

describe('a streaming list', () => {
  const initial = (watch: Asked, ...items: object[]) => {
    const stream = watch.stream();
    for (const item of items) stream.event('ADDED', item);
    return stream;
  };

  test('is one request: all that is there, a bookmark that says so, then what changes', async () => {
    const { server, reflector, told, brief } = await reflecting({ streamingList: true });
    const watch = await server.next();
    expect(watch.query).toMatchObject({
      watch: '1',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    expect(watch.query.resourceVersion).toBeUndefined();
    const stream = initial(watch, widget('one', 3), widget('two', 4));
    expect(reflector.hasSynced).toBe(false);
    stream.event('BOOKMARK', bookmark(10, INITIAL_EVENTS_END));
    await reflector.synced;
    stream.event('DELETED', widget('one', 11));
    await toldOf(told, 3);
    expect(brief()).toEqual(['added a/one >3', 'added a/two >4', 'deleted a/one 3>']);
  });

  test('nothing is told before all is there: what went in the meantime never was', async () => {
    const { server, reflector, brief } = await reflecting({ streamingList: true });
    const stream = initial(await server.next(), widget('one', 3), widget('two', 4));
    stream.event('DELETED', widget('one', 9));
    stream.event('BOOKMARK', bookmark(10, INITIAL_EVENTS_END));
    await reflector.synced;
    expect(brief()).toEqual(['added a/two >4']);
  });

  test('after a 410 it is streamed again, and what went unseen is told', async () => {
    const { server, told, brief } = await reflecting({ streamingList: true });
    const stream = initial(await server.next(), widget('one', 3), widget('two', 4));
    stream.event('BOOKMARK', bookmark(10, INITIAL_EVENTS_END));
    stream.event('ERROR', status(410, 'Expired'));
    const again = await server.next();
    expect(again.query).toMatchObject({ sendInitialEvents: 'true', resourceVersion: '10' });
    initial(again, widget('two', 4)).event('BOOKMARK', bookmark(30, INITIAL_EVENTS_END));
    await toldOf(told, 3);
    expect(brief().at(-1)).toBe('deleted a/one 3>');
  });

  test('a server that refuses it is listed, at once and from then on', async () => {
    const { server, reflector } = await reflecting({ streamingList: true });
    const refusal =
      'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    (await server.next()).json(status(422, 'Invalid', refusal), 422);
    const { list, watch } = await listed(server, 10, [widget('one', 3)]);
    expect(list.query).toEqual({ resourceVersion: '0', limit: '500' });
    await reflector.synced;
    watch.stream().event('ERROR', status(410, 'Expired'));
    expect((await server.next()).query.watch).toBeUndefined();
  });

  test.each<[string, (watch: Asked) => void]>([
    ['passes over it', (watch) => initial(watch, widget('one', 3)).event('BOOKMARK', bookmark(10))],
    ['ends in the middle', (watch) => initial(watch, widget('one', 3)).end()],
    ['is cut in the middle', (watch) => initial(watch, widget('one', 3)).cut()],
    ['garbles the middle', (watch) => initial(watch, widget('one', 3)).raw('garbled\n')],
  ])('a server that %s is listed', async (_, misbehave) => {
    const { server, reflector, brief } = await reflecting({ streamingList: true });
    misbehave(await server.next());
    await listed(server, 10, [widget('two', 4)]);
    await reflector.synced;
    expect(brief()).toEqual(['added a/two >4']);
  });
});
