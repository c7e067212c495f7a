import { readAccessFile, tokensShape } from '../../service/contract/access-files.ts';
import { BUILDERS, findBuilder } from '../images/builder.ts';
import { mlPlatform } from '../stacks/ml-platform/index.ts';
import type { DeployFlags } from './options.ts';

/** What to do in the place of options that are no more. */
export function goneOptions({ adopt, helm }: DeployFlags): string | undefined {
  if (helm) {
    return [
      '--helm is no more: this command applies by itself, and helm installs its charts. With the other options as before:',
      '  npm run deploy -- --only prepare     makes identity, secrets and the values file, and prints the helm upgrade to run',
    ].join('\n');
  }
  return adopt
    ? '--adopt is no more: docs/gitops.md says, in two commands each, how to change to Helm and back'
    : undefined;
}

/** What is wrong with the command line itself and the files it names, each with what to do. */
export function inputMistakes(flags: DeployFlags, variables: NodeJS.ProcessEnv): string[] {
  return [
    ...karmadaServer(flags),
    ...tokensFile(flags),
    ...images(flags, variables),
    ...(flags.rollback && flags.buildImages
      ? ['--rollback deploys images that are there: leave --build-images out']
      : []),
    ...(flags.rollback && flags.only === 'prepare'
      ? ['--rollback applies objects again, and --only prepare applies none: leave one of them out']
      : []),
  ];
}

function images({ buildImages, pushImages, stack }: DeployFlags, variables: NodeJS.ProcessEnv): string[] {
  if (!buildImages && !pushImages) return [];
  if (stack !== mlPlatform.name)
    return [`BUILD_IMAGES and PUSH_IMAGES are for ${mlPlatform.name}: ${stack} brings its own`];
  if (findBuilder() !== undefined) return [];
  const names = BUILDERS.join(', ');
  return [`BUILD_IMAGES and PUSH_IMAGES need one of ${names} on PATH, and none answers (${variables.PATH ?? ''})`];
}

function karmadaServer({ karmadaServer: given }: DeployFlags): string[] {
  if (!given || (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol))) return [];
  return [
    `KARMADA_SERVER (or --karmada-server) is "${given}": write an address, such as https://karmada.example.com:5443`,
  ];
}

function tokensFile({ tokensFile: file }: DeployFlags): string[] {
  if (file === undefined) return [];
  const read = readAccessFile(file, tokensShape);
  return 'problems' in read
    ? [`${file} is no file of tokens (npm run hash-token makes one): ${read.problems.join('; ')}`]
    : [];
}
