import { describe, expect, test } from 'vitest';
import { createDiscovery } from '../../../service/kube/discovery.ts';
import { CONFIG_MAP, NAMESPACE, POD } from '../../../service/kube/kinds.ts';
import { scriptedServer } from './scripted-server.ts';
import { configMap, simulatedServer } from './simulated-server.ts';
import { status, WIDGET, widget } from './widgets.ts';

const ONE = { namespace: 'a', name: 'one' };

describe('objects, against the simulated server', () => {
  test('created once, read, merged into, deleted as the very one that it is', async () => {
    const { kube } = await simulatedServer();
    const { metadata } = await kube.create(CONFIG_MAP, configMap('one', { a: '1', b: '2' }));
    await expect(kube.create(CONFIG_MAP, configMap('one'))).rejects.toMatchObject({ failure: 'conflict', status: 409 });
    const patched = await kube.patch(CONFIG_MAP, ONE, { data: { a: null, c: '3' } }, { fieldManager: 'me' });
    expect(patched).toMatchObject({ data: { b: '2', c: '3' } });
    expect(await kube.get(CONFIG_MAP, ONE)).toEqual(patched);
    await expect(kube.delete(CONFIG_MAP, ONE, { uid: 'another' })).rejects.toMatchObject({ failure: 'conflict' });
    const asRead = { uid: metadata.uid ?? '', resourceVersion: metadata.resourceVersion ?? '' };
    await expect(kube.delete(CONFIG_MAP, ONE, asRead)).rejects.toMatchObject({ failure: 'conflict' });
    expect(await kube.delete(CONFIG_MAP, ONE, { uid: asRead.uid })).toBe(true);
    expect(await kube.delete(CONFIG_MAP, ONE)).toBe(false);
    expect(await kube.patch(CONFIG_MAP, ONE, {})).toBeUndefined();
  });

  test('replaced only as it was read', async () => {
    const { kube } = await simulatedServer();
    const first = await kube.create(CONFIG_MAP, configMap('one'));
    const second = await kube.replace(CONFIG_MAP, { ...first, data: { a: '2' } } as typeof first);
    expect(second).toMatchObject({ data: { a: '2' } });
    await expect(kube.replace(CONFIG_MAP, first)).rejects.toMatchObject({ failure: 'conflict' });
  });

  test('applied: fields of others are a conflict unless they are taken over; a dry run changes nothing', async () => {
    const { kube } = await simulatedServer();
    await kube.apply(CONFIG_MAP, configMap('one', { a: '1' }), { fieldManager: 'me', force: false });
    const theirs = configMap('one', { a: '2' });
    const asThem = { fieldManager: 'them', force: false };
    await expect(kube.apply(CONFIG_MAP, theirs, asThem)).rejects.toMatchObject({ failure: 'conflict' });
    await kube.apply(CONFIG_MAP, theirs, { ...asThem, force: true, dryRun: true });
    expect(await kube.get(CONFIG_MAP, ONE)).toMatchObject({ data: { a: '1' } });
    expect(await kube.apply(CONFIG_MAP, theirs, { ...asThem, force: true })).toMatchObject({ data: { a: '2' } });
  });

  test('listed by label and namespace, in one piece, so many, or a page at a time', async () => {
    const { kube } = await simulatedServer();
    for (const name of ['one', 'two', 'three']) {
      const object = configMap(name);
      await kube.create(CONFIG_MAP, {
        ...object,
        metadata: { ...object.metadata, labels: { odd: String(name !== 'two') } },
      });
    }
    const names = (list: { items: { metadata: { name: string } }[] }) =>
      list.items.map(({ metadata }) => metadata.name);
    expect(names(await kube.list(CONFIG_MAP, { labelSelector: 'odd=true' }))).toEqual(['one', 'three']);
    expect(names(await kube.list(CONFIG_MAP, { namespace: 'elsewhere' }))).toEqual([]);
    expect(names(await kube.list(CONFIG_MAP, { limit: 2 }))).toHaveLength(2);
    const pages: string[][] = [];
    for await (const page of kube.pages(CONFIG_MAP, { limit: 2 })) pages.push(names(page));
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    const [partial] = (await kube.list(CONFIG_MAP, { metadataOnly: true, limit: 1 })).items;
    expect(partial).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { namespace: 'a' } });
    expect(partial).not.toHaveProperty('data');
  });

  test('what is served is discovered; what is not is asked for anew each time', async () => {
    const { kube } = await simulatedServer();
    const discovery = createDiscovery(kube);
    expect(await discovery.kindOf(CONFIG_MAP)).toEqual(CONFIG_MAP);
    expect(await discovery.kindOf(NAMESPACE)).toEqual(NAMESPACE);
    await expect(discovery.kindOf(WIDGET)).rejects.toMatchObject({ failure: 'refused', status: 404 });
    expect([...(await discovery.groupVersions())]).toEqual(['v1']);
  });
});

describe('requests, as they are sent', () => {
  test('status is written to the subresource, by whom, as a merge patch', async () => {
    const { kube, next } = await scriptedServer();
    const patched = kube.patch(WIDGET, ONE, { status: { ready: true } }, { subresource: 'status', fieldManager: 'me' });
    const asked = await next();
    expect([asked.method, asked.path, asked.query]).toEqual([
      'PATCH',
      '/apis/example.com/v1/namespaces/a/widgets/one/status',
      { fieldManager: 'me' },
    ]);
    expect(asked.headers).toMatchObject({ 'content-type': 'application/merge-patch+json', 'user-agent': 'test' });
    expect(JSON.parse(asked.body)).toEqual({ status: { ready: true } });
    asked.json(widget('one', 2));
    expect(await patched).toEqual(widget('one', 2));
  });

  test('whatever was answered to a request as it is, with any status and unparsed', async () => {
    const { kube, next } = await scriptedServer();
    const path = '/api/v1/namespaces/a/services/page:80/proxy/health';
    const answered = kube.request('POST', path, { query: { deep: true }, body: 'x', contentType: 'text/plain' });
    const asked = await next();
    expect([asked.path, asked.query, asked.body]).toEqual([path, { deep: 'true' }, 'x']);
    asked.text('not now', 503);
    expect(await answered).toEqual({ status: 503, text: 'not now' });
  });

  test('logs: how much, of which container, before the last restart; a pod that is gone is told from one that waits', async () => {
    const { kube, next } = await scriptedServer();
    const query = { limitBytes: 5, previous: true, tailLines: 2 };
    const reading = kube.logs({ ...ONE, container: 'c' }, query).then(collect);
    const asked = await next();
    expect(asked.path).toBe('/api/v1/namespaces/a/pods/one/log');
    expect(asked.query).toEqual({ container: 'c', limitBytes: '5', previous: 'true', tailLines: '2' });
    asked.text('hello');
    expect(Buffer.concat(await reading).toString()).toBe('hello');
    const gone = kube.logs(ONE, {});
    const details = { name: 'one', kind: 'pods' };
    (await next()).json({ ...status(404, 'NotFound'), details }, 404);
    await expect(gone).rejects.toMatchObject({ failure: 'missing' });
    const waits = kube.logs(ONE, {});
    const waiting = 'container "c" in pod "one" is waiting to start: ContainerCreating';
    (await next()).json(status(400, 'BadRequest', waiting), 400);
    await expect(waits).rejects.toMatchObject({ failure: 'notReady' });
  });

  test('through a proxy: its path comes first, errors name the server behind it and what it said', async () => {
    const { kube, next, url } = await scriptedServer();
    const behind = kube.behind({ name: 'm', title: 'Cluster m', path: ['clusters', 'm', 'proxy'] });
    const reading = behind.get(POD, ONE);
    const asked = await next();
    expect(asked.path).toBe('/clusters/m/proxy/api/v1/namespaces/a/pods/one');
    asked.json(status(403, 'Forbidden', 'you may not'), 403);
    await expect(reading).rejects.toMatchObject({
      failure: 'forbidden',
      server: 'm',
      words: 'you may not',
      message: 'Cluster m answered 403 to GET /api/v1/namespaces/a/pods/one: you may not - check the RBAC there',
    });
    expect(() => kube.behind({ name: 'm', title: 'Cluster m', path: ['clusters', '..'] })).toThrow('is no name');
    expect(behind.address).toBe(url);
  });
});

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return chunks;
}
