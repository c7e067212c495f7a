import { expect, test } from 'vitest';
import { BY_HAND, different, ENVIRONMENTS } from '../../bench/helm/compared.ts';
import { helms } from './render.ts';

// `npm run bench -- helm` compares the time that two charts of the same objects take. Who changes the program's objects
// changes the one that is written by hand as well.

const [newest] = helms.slice(-1);

test.skipIf(newest === undefined).each(ENVIRONMENTS)(
  'the chart that is written by hand says the same for %s',
  (environment) => {
    expect(
      different(newest?.helm ?? '', environment),
      `${BY_HAND} must say the same as charts-out: change it, too`,
    ).toEqual([]);
  },
);
