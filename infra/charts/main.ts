// `npm run charts`: stacks as Helm charts, below charts-out/helm.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { chartArchive } from '../helm/archive.ts';
import { swapIn } from '../synth/swap.ts';
import { allCharts } from './all-charts.ts';
import { readProject } from './project.ts';

const OUT = 'charts-out/helm';

interface Flags {
  readonly package?: boolean;
  readonly destination: string;
}

const flags = new Command('npm run charts --')
  .description(`Derives a Helm chart of every stack from the program, below ${OUT}.`)
  .option('-p, --package', 'also pack each chart: the same bytes each time')
  .option('-d, --destination <folder>', 'where the packages go', 'dist')
  .addHelpText(
    'after',
    '\nPackages are pushed to a registry by: helm push dist/ml-platform-<version>.tgz oci://registry.example.com/charts',
  )
  .parse()
  .opts<Flags>();

async function main(): Promise<void> {
  const charts = await allCharts();
  // The folder as a whole, so that a chart which is no more goes.
  const all = charts.flatMap(({ files, name }) => [...files].map(([path, text]) => [join(name, path), text] as const));
  swapIn(new Map([[OUT, new Map(all)]]));
  for (const { files, name } of charts) console.log(`${OUT}/${name}: ${files.size} files`);
  if (!flags.package) return;
  const { version } = readProject();
  mkdirSync(flags.destination, { recursive: true });
  for (const { files, name } of charts) {
    const path = join(flags.destination, `${name}-${version}.tgz`);
    writeFileSync(path, await chartArchive(name, files));
    console.log(path);
  }
}

await main();
