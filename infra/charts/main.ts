// `npm run charts`: stacks as Helm charts, below charts-out/helm.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { chartArchive } from '../helm/archive.ts';
import { billOfMaterials } from '../helm/bill.ts';
import { swapIn } from '../synth/swap.ts';
import { allCharts } from './all-charts.ts';
import { addCases } from './cases.ts';
import { readProject } from './project.ts';
import { hasCosign, sign } from './signature.ts';

const OUT = 'charts-out/helm';

interface Flags {
  readonly try?: number;
  readonly package?: boolean;
  readonly destination: string;
  readonly sign?: boolean;
  readonly key?: string;
}

const flags = new Command('npm run charts --')
  .description(`Derives a Helm chart of every stack from the program, below ${OUT}.`)
  .option(
    '-t, --try <count>',
    'try each chart on so many random settings; what shows a mistake is kept in infra/charts/cases.json, of which charts are derived first',
    countOf,
  )
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
  const charts = (await derived()).flatMap((each) => each.charts);
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

/** Again with what the tries have told, until they tell nothing. */
async function derived(): ReturnType<typeof allCharts> {
  const found = await allCharts(flags.try);
  if (flags.try === undefined) return found;
  const added = found
    .map(({ stack, told }) => ({ stack, count: addCases(stack, told) }))
    .filter(({ count }) => count > 0);
  if (added.length === 0) return found;
  for (const { count, stack } of added) console.log(`${stack}: ${count} mistakes mended, each kept as a case`);
  return derived();
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1_000_000) throw new InvalidArgumentError('1 to 1000000');
  return count;
}

main();
