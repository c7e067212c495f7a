// settings -> manifests -> charts-out. Nothing is written before every environment is known to be right.
import { symlinkSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { optionsOf, synthCommand } from './options.ts';
import { chosenStack, ofEach, PlanError, plan } from './plan.ts';
import { stacks } from './stacks/index.ts';
import { manifestFiles } from './synth/files.ts';
import { settingsReference } from './synth/settings-reference.ts';
import { type Folders, swapIn } from './synth/swap.ts';
import { synthesize } from './synth/synthesize.ts';

/** The folder that cdk8s.yaml gives to the CLI, which empties it first and lists what it finds in it afterwards. */
const CLI_FOLDER = '.synth';

// Set to anything, it makes cdk8s leave keys in the order of the code: other bytes on that machine.
delete process.env.CDK8S_DISABLE_SORT;

function main(): void {
  const command = synthCommand().addHelpText('after', variablesHelp).parse();
  const options = optionsOf(command.opts());
  if (options.settings) {
    process.stdout.write(settingsReference(chosenStack(options.stack)));
    return;
  }
  const environments = ofEach(plan(options, process.env), ({ definition, environment, settings }) => ({
    path: join(definition.name, environment),
    files: manifestFiles(synthesize(definition, settings, { environment })),
  }));
  const { folder, showAt } = output(options.out);
  const folders: Folders = new Map(environments.map(({ files, path }) => [join(folder, path), files]));
  swapIn(folders);
  if (showAt) symlinkSync(resolve(folder), showAt, 'junction');
  for (const { files, path } of environments) {
    console.log(`${relative('.', join(resolve(options.out), path))}: ${files.size} files`);
  }
}

/**
 * Where to write. `cdk8s synth --output other` and `--stdout` want the manifests in the CLI's folder and nowhere else;
 * by default that folder becomes a link to charts-out, for the CLI to list what is there.
 */
function output(out: string): { folder: string; showAt?: string } {
  const given = process.env.CDK8S_OUTDIR;
  if (!given) return { folder: out };
  return resolve(given) === resolve(CLI_FOLDER) ? { folder: out, showAt: given } : { folder: given };
}

function variablesHelp(): string {
  return stacks
    .map(({ name, variables }) => {
      const lines = Object.entries(variables).map(
        ([variable, { setting, what }]) => `  ${variable.padEnd(20)}  ${what} (${setting})`,
      );
      return `\nVariables of ${name}:\n${lines.join('\n')}`;
    })
    .join('\n')
    .trimEnd();
}

try {
  main();
} catch (error) {
  // A mistake of the user's needs no stack trace; one of ours does.
  console.error(error instanceof PlanError ? `synth: ${error.message}` : error);
  process.exitCode = 1;
}
