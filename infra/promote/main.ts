// npm run promote: the images of one environment become those of another, as a change ready for a pull request.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { PlanError } from '../plan.ts';
import { fixedTag } from '../settings/scalars.ts';
import { promotions } from './promotions.ts';

interface Flags {
  readonly from: string;
  readonly to: string;
  readonly stack?: string;
  readonly tag?: string;
  readonly dryRun?: boolean;
}

/** Where npm starts it. */
const root = resolve('.');

function main(): void {
  const command = new Command('npm run promote --')
    .description(
      'Writes the versions of our own images that one environment has into the settings of another one, and synthesizes that. Nothing else changes; what is written is for a pull request.',
    )
    .requiredOption('--from <env>', 'the environment whose versions are proven')
    .requiredOption('--to <env>', 'the environment that gets them')
    .option('-s, --stack <name>', 'only this stack; default: all that have both')
    .option('--tag <tag>', 'this version instead, such as v1.2.0: one that --from names by a tag that moves')
    .option('--dry-run', 'only tell what would change')
    .helpOption('-h, --help', 'this text')
    .parse();
  const flags = command.opts<Flags>();
  if (flags.tag !== undefined) refuseTag(flags.tag);
  const found = promotions(flags, join(root, 'infra/stacks'));
  for (const { changes, file, left, stack } of found) {
    console.log(`${stack}: ${relative(root, file)}`);
    for (const { after, before, setting } of changes)
      console.log(`  ${setting}: ${before || '(empty)'} -> ${after || '(empty)'}`);
    for (const words of left) console.log(`  ${words}`);
    if (changes.length === 0) console.log('  nothing to change');
  }
  const changed = found.filter(({ changes }) => changes.length > 0);
  if (flags.dryRun || changed.length === 0) return;
  for (const { file, text } of changed) writeFileSync(file, text);
  for (const { stack } of changed) synthesize(stack, flags.to);
  const paths = changed.flatMap(({ file, stack }) => [relative(root, file), `charts-out/${stack}/${flags.to}`]);
  console.log(`\nReview and commit:\n  git diff -- ${paths.join(' ')}`);
  console.log(`  git add ${paths.join(' ')}`);
  console.log(`  git commit -m ${JSON.stringify(`${flags.to}: the images of ${flags.tag ?? flags.from}`)}`);
}

function refuseTag(tag: string): void {
  const checked = fixedTag().safeParse(tag);
  if (!checked.success) throw new PlanError(`--tag ${tag} is no tag; allowed: ${checked.error.issues[0]?.message}.`);
}

/** As a user would: a program of its own reads what has been written. */
function synthesize(stack: string, environment: string): void {
  const args = ['infra/run.cjs', 'infra/main.ts', '--stack', stack, '--env', environment];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new PlanError(`${stack}/${environment} could not be synthesized; its settings are written.`);
}

try {
  main();
} catch (error) {
  console.error(error instanceof PlanError ? `promote: ${error.message}` : error);
  process.exitCode = 1;
}
