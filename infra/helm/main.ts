// `npm run charts`: stacks as Helm charts, below charts-out/helm.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stacks } from '../stacks/index.ts';
import { swapIn } from '../synth/swap.ts';
import { chartArchive } from './archive.ts';
import { chartsOf } from './chart.ts';
import { readProject } from './project.ts';

const OUT = 'charts-out/helm';

const HELP = `npm run charts -- [options]     derives a Helm chart of every stack from the program, below ${OUT}

  -p, --package               also pack each chart: the same bytes each time
  -d, --destination <folder>  where the packages go (dist)
  -h, --help                  this text

Packages are pushed to a registry by: helm push dist/ml-platform-<version>.tgz oci://registry.example.com/charts
`;

function main(): void {
  const { values } = parseArgs({
    options: {
      package: { type: 'boolean', short: 'p', default: false },
      destination: { type: 'string', short: 'd', default: 'dist' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const project = readProject();
  const charts = stacks.flatMap((definition) => chartsOf(definition, project));
  // The folder as a whole, so that a chart which is no more goes.
  const all = charts.flatMap(({ files, name }) => [...files].map(([path, text]) => [join(name, path), text] as const));
  swapIn(new Map([[OUT, new Map(all)]]));
  for (const { files, name } of charts) console.log(`${OUT}/${name}: ${files.size} files`);
  if (!values.package) return;
  mkdirSync(values.destination, { recursive: true });
  for (const { files, name } of charts) {
    const path = join(values.destination, `${name}-${project.version}.tgz`);
    writeFileSync(path, chartArchive(name, files));
    console.log(path);
  }
}

try {
  main();
} catch (error) {
  // A mistake of the user's needs no stack trace; one of ours does.
  const usage = error instanceof TypeError && 'code' in error;
  console.error(usage ? `charts: ${error.message}` : error);
  process.exitCode = 1;
}
