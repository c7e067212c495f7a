import { getEventListeners } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { joinSignals, onAbort, withSignals } from '../../service/signals.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('a joined signal aborts with the first of the others, for its reason, and then nobody listens any more', () => {
  const [one, two] = [new AbortController(), new AbortController()];
  const { signal } = joinSignals(one.signal, undefined, two.signal);
  expect([listeners(one.signal), listeners(two.signal), signal.aborted]).toEqual([1, 1, false]);
  two.abort(new Error('enough'));
  expect([listeners(one.signal), signal.aborted, (signal.reason as Error).message]).toEqual([0, true, 'enough']);
});

test('one that is aborted already aborts at once', () => {
  const long = new AbortController();
  const { signal } = joinSignals(AbortSignal.abort('before'), long.signal);
  expect([signal.aborted, signal.reason]).toEqual([true, 'before']);
  expect(listeners(long.signal)).toBe(0);
});

test('what is done, well or not, leaves nothing behind on a signal that outlives it', async () => {
  const long = new AbortController();
  const inside = (signal: AbortSignal) => Promise.resolve([signal.aborted, listeners(long.signal)]);
  expect(await withSignals([long.signal], inside)).toEqual([false, 1]);
  await expect(withSignals([long.signal], () => Promise.reject(new Error('odd')))).rejects.toThrow('odd');
  onAbort(long.signal, () => {})();
  expect(listeners(long.signal)).toBe(0);
});

test('twelve requests under one signal are no leak that Node would warn of', async () => {
  const warnings: string[] = [];
  const hear = ({ name }: Error): unknown => warnings.push(name);
  process.on('warning', hear);
  const long = new AbortController();
  const takeBack = Array.from({ length: 12 }, () => onAbort(long.signal, () => {}));
  await setImmediate();
  process.off('warning', hear);
  for (const each of takeBack) each();
  expect(warnings).not.toContain('MaxListenersExceededWarning');
});

test('nobody in the service joins signals otherwise', () => {
  const service = join(import.meta.dirname, '../../service');
  const files = (readdirSync(service, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
  const others = files.filter((file) => /AbortSignal\.any\(/.test(readFileSync(join(service, file), 'utf8')));
  expect(others).toEqual([]);
});
