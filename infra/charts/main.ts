// `npm run charts`: stacks as Helm charts, below charts-out/helm.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { chartArchive } from '../helm/archive.ts';
import { billOfMaterials } from '../helm/bill.ts';
import { swapIn } from '../synth/swap.ts';
import { allCharts } from './all-charts.ts';
import { readProject } from './project.ts';
import { hasCosign, sign } from './signature.ts';

const OUT = 'charts-out/helm';

interface Flags {
  readonly package?: boolean;
  readonly destination: string;
  readonly sign?: boolean;
  readonly key?: string;
}

const flags = new Command('npm run charts --')
  .description(`Derives a Helm chart of every stack from the program, below ${OUT}.`)
  .option(
    '-p, --package',
    'also pack each chart: the same bytes each time, and a bill of materials (CycloneDX) beside it',
  )
  .option('-d, --destination <folder>', 'where the packages go', 'dist')
  .option('--sign', 'sign each package with cosign, as whoever it finds or by --key')
  .option('--key <reference>', 'key for --sign: a file, or one that cosign knows the way to (k8s://, awskms://...)')
  .addHelpText(
    'after',
    '\nPackages are pushed to a registry by: helm push dist/ml-platform-<version>.tgz oci://registry.example.com/charts',
  )
  .parse()
  .opts<Flags>();

async function main(): Promise<void> {
  if (flags.sign && !hasCosign()) {
    console.error('charts: --sign needs cosign on PATH; nothing was written');
    process.exitCode = 1;
    return;
  }
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
    const archive = await chartArchive(name, files);
    writeFileSync(path, archive);
    writeFileSync(path.replace(/tgz$/, 'cdx.json'), billOfMaterials(files, archive));
    console.log(path);
    if (flags.sign) console.log(sign(path, flags.key));
  }
}

await main();
