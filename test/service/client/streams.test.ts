import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createClient, type LogOptions } from '../../../service/client/index.ts';
import { createMessageParser } from '../../../service/client/server-sent-events.ts';
import { cut, json, problem, startScripted } from './scripted-service.ts';

let service: Awaited<ReturnType<typeof startScripted>> | undefined;
afterEach(() => service?.close());

const serve = async (...handler: Parameters<typeof startScripted>) => {
  service = await startScripted(...handler);
  return service;
};

const EVENTS = 'text/event-stream; charset=utf-8';
const event = (id: string) => `id: ${id}\ndata: {"id":"${id}","jobId":"j"}\n\n`;

describe('events', () => {
  test('go on after the last one, through broken, ended and refused lines', async () => {
    const answers = [
      (to: Parameters<typeof cut>[0]) => cut(to, `retry: 1000\n\n${event('1-1')}${event('1-2')}id: 1-3\nda`, EVENTS),
      (to: Parameters<typeof cut>[0]) => to.destroy(),
      (to: Parameters<typeof cut>[0]) => problem(to, 503, 'stopping'),
      (to: Parameters<typeof cut>[0]) => to.writeHead(200, { 'Content-Type': EVENTS }).end(event('1-3')),
      (to: Parameters<typeof cut>[0]) => problem(to, 401, 'This token is not valid (any more)'),
    ];
    const { url, asked } = await serve((_, response) => void answers.shift()?.(response));
    const seen: string[] = [];
    const connection: string[] = [];
    const stream = createClient({ url, retries: 0 }).events({
      job: 'j',
      onConnection: ({ state }) => {
        connection.push(state);
        setTimeout(() => stream.retryNow());
      },
    });
    const reading = (async () => {
      for await (const { id } of stream) seen.push(id);
    })();
    await expect(reading).rejects.toMatchObject({ name: 'Problem', status: 401 });
    expect(seen).toEqual(['1-1', '1-2', '1-3']);
    expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1-2', '1-2', '1-2', '1-3']);
    expect(asked[0]?.query.get('job')).toBe('j');
    expect(connection).toEqual(['open', 'lost', 'lost', 'lost', 'open']);
  });

  test('a place without an event counts: who is cut off before the first one misses nothing', async () => {
    const { url, asked } = await serve((_, response) => {
      if (asked.length === 1) cut(response, 'retry: 1000\nid: 7-7\n\n: alive\n\n', EVENTS);
      else problem(response, 403, 'no');
    });
    const stream = createClient({ url }).events();
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 403 });
    expect(asked[1]?.headers['last-event-id']).toBe('7-7');
  });

  test('between the events, progress is told apart, and what is neither is passed over', async () => {
    const news = [{ id: 'j', namespace: 'a', progress: { percent: 45 } }];
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': EVENTS });
      response.write(`${event('1-1')}event: progress\ndata: ${JSON.stringify({ progress: news })}\n\n`);
      response.write(`event: later\ndata: {"of": "a later version"}\n\ndata: no JSON\n\n${event('1-2')}`);
    });
    const told: unknown[] = [];
    const seen: string[] = [];
    const stream = createClient({ url }).events({ onProgress: (each) => told.push(...each) });
    for await (const { id } of stream) {
      seen.push(id);
      if (id === '1-2') break;
    }
    expect(seen).toEqual(['1-1', '1-2']);
    expect(told).toEqual(news);
    expect(stream.lastEventId).toBe('1-2');
  });

  test('leaving off ends the request; a signal ends the stream without an error', async () => {
    let gone = 0;
    const { url } = await serve((_, response) => {
      response.on('close', () => gone++);
      response.writeHead(200, { 'Content-Type': EVENTS }).write(event('1-1'));
    });
    for await (const { id } of createClient({ url }).events()) {
      expect(id).toBe('1-1');
      break;
    }
    await expect.poll(() => gone).toBe(1);
    const leaving = new AbortController();
    for await (const _ of createClient({ url }).events({ signal: leaving.signal })) leaving.abort();
    await expect.poll(() => gone).toBe(2);
  });

  test('gives up when it has been away for as long as was said', async () => {
    const { url } = await serve((_, response) => void response.destroy());
    const stream = createClient({ url, retries: 0 }).events({ giveUpAfterMs: 0 });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ name: 'Unreachable' });
  });

  test('messages are the same however the text is cut', () => {
    const text = `retry: 1000\r\nid: 1\r\n\r\n${event('2')}: alive\n\ndata: a\ndata:b\n\nid: 3\n\n`;
    const whole = createMessageParser()(text);
    expect(whole.map(({ id, data }) => [id, data])).toEqual([
      ['1', ''],
      ['2', '{"id":"2","jobId":"j"}'],
      [undefined, 'a\nb'],
      ['3', ''],
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (places) => {
        const read = createMessageParser();
        const cuts = [0, ...places.toSorted((a, b) => a - b), text.length];
        expect(cuts.slice(1).flatMap((to, index) => read(text.slice(cuts[index], to)))).toEqual(whole);
      }),
    );
  });
});

describe('logs', () => {
  const at = (second: number) => `2026-01-01T00:00:0${second}.000000000Z`;
  const lines = (...said: [second: number, text: string][]) => said.map(([s, text]) => `${at(s)} ${text}\n`).join('');

  const read = async (url: string, options: LogOptions = {}) => {
    const texts: string[] = [];
    for await (const { text } of createClient({ url, retries: 0 }).jobs.logs('j', options)) texts.push(text);
    return texts;
  };

  test('a line that breaks is taken up where it broke, whoever speaks in whatever order', async () => {
    const { url, asked } = await serve(({ path }, response) => {
      if (path === '/api/v1/jobs/j') json(response, { status: 'Succeeded' });
      else if (asked.length === 1) {
        cut(response, `${lines([1, 'a | 1'], [1, 'a | 1'], [2, 'b | 1'], [3, 'a | 2'])}-- a word --\n${at(4)} b | hal`);
      } else {
        const all = lines(
          [2, 'b | 1'],
          [4, 'b | half'],
          [1, 'a | 1'],
          [1, 'a | 1'],
          [3, 'a | 2'],
          [3, 'a | 2'],
          [5, 'a | 3'],
        );
        response.writeHead(200).end(`${all}-- a word --\n`);
      }
    });
    expect(await read(url, { follow: true })).toEqual([
      'a | 1',
      'a | 1',
      'b | 1',
      'a | 2',
      '-- a word --',
      'b | half',
      'a | 2',
      'a | 3',
    ]);
    expect(asked[0]?.query.toString()).toBe('follow=true&timestamps=true');
  });

  test('an end before that of the job is none, and what was written at the very end follows', async () => {
    const answers = [lines([1, 'one']), lines([1, 'one'], [2, 'two']), lines([1, 'one'], [2, 'two'], [3, 'three'])];
    const status = ['Running', 'Succeeded'];
    const { url, asked } = await serve(({ path }, response) => {
      if (path === '/api/v1/jobs/j') json(response, { status: status.shift() });
      else void response.writeHead(200).end(answers.shift());
    });
    expect(await read(url, { follow: true })).toEqual(['one', 'two', 'three']);
    expect(asked.map(({ query }) => query.get('follow'))).toEqual(['true', null, 'true', null, 'false']);
  });

  test('of the last lines, those that follow are read, and not the last lines of then', async () => {
    const { url, asked } = await serve((_, response) => {
      if (asked.length === 1) cut(response, lines([2, 'two'], [3, 'three']));
      else response.writeHead(200).end(lines([2, 'two'], [3, 'three'], [4, 'four'], [5, 'five']));
    });
    expect(await read(url, { tailLines: 2 })).toEqual(['two', 'three', 'four', 'five']);
    expect(asked[0]?.query.get('tailLines')).toBe('2');
    expect(asked[1]?.query.get('tailLines')).toBe(null);
    expect(Number(asked[1]?.query.get('sinceSeconds'))).toBeGreaterThan(30);
  });

  test('of a job that is not there no second try', async () => {
    const { url, asked } = await serve((_, response) => problem(response, 404, 'There is no job j'));
    await expect(read(url, { follow: true })).rejects.toMatchObject({ status: 404 });
    expect(asked).toHaveLength(1);
  });
});
