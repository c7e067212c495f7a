import { expect, test } from 'vitest';
import { whyNoUtilisation } from '../../../service/client/index.ts';

test('why it is not known is said for each cluster that was asked', () => {
  const told = (name: string, why: string | null) => ({ name, utilisation: { answeredAt: null, why } });
  const all = [told('a', 'It has no Service'), told('b', null), { name: 'c', utilisation: null }];
  expect(whyNoUtilisation({ clusters: ['a', 'b'] }, all)).toBe(
    'a: It has no Service. The Prometheus of b has no figures of its pods.',
  );
  expect(whyNoUtilisation({ clusters: ['c', 'gone'] }, all)).toMatch(/has asked no Prometheus.*UTILISATION_SERVICE/);
});
