// `npm run charts`: stacks as Helm charts, below charts-out/helm.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { swapIn } from '../synth/swap.ts';
import { chartsOf } from './chart.ts';
import { charted } from './charted.ts';

const OUT = 'charts-out/helm';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const charts = charted.flatMap((definition) => chartsOf(definition, version));
swapIn(new Map(charts.map(({ files, name }) => [join(OUT, name), files])));
for (const { files, name } of charts) console.log(`${OUT}/${name}: ${files.size} files`);
