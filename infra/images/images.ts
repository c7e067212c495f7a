// npm run build:images: the images of the platform, or with --trainers those of the trainings, with whichever builder this machine has.
import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Command as Cli, Option } from 'commander';
import {
  BUILDERS,
  type Builder,
  type BuildOptions,
  findBuilder,
  IMAGES,
  imageCommands,
  imageReference,
  TRAINER_IMAGES,
} from './builder.ts';

const root = resolve(import.meta.dirname, '../..');

interface Flags {
  registry: string;
  version: string;
  platforms: string;
  build: boolean;
  push?: boolean;
  builder?: Builder;
  only?: string;
  trainers?: boolean;
  pythonImage?: string;
  torchIndex?: string;
  nodeImage?: string;
  nginxImage?: string;
  dryRun?: boolean;
}

const cli = new Cli('npm run build:images --')
  .description('Builds the backend and frontend images, or those of the trainings, with docker, podman or buildah.')
  .addOption(new Option('--registry <prefix>', 'where the images belong').env('DOCKER_REGISTRY').default(''))
  .addOption(new Option('--version <tag>', 'their tag').env('VERSION').default('latest'))
  .addOption(new Option('--platforms <list>', 'for example linux/amd64,linux/arm64').env('PLATFORMS').default(''))
  .addOption(new Option('--push', 'push them as well (needs a registry)'))
  .addOption(new Option('--no-build', 'with --push: push what was built before'))
  .addOption(new Option('--builder <name>', 'instead of the first one found').choices([...BUILDERS]))
  .addOption(
    new Option('--only <image>', 'one of them').choices([...IMAGES, ...TRAINER_IMAGES].map(({ name }) => name)),
  )
  .addOption(new Option('--trainers', 'what the built-in algorithms run, for CPUs, TensorFlow and GPUs, instead'))
  .addOption(new Option('--python-image <reference>', 'base image of --trainers').env('PYTHON_IMAGE'))
  .addOption(new Option('--torch-index <url>', 'where PyTorch for CPUs is').env('TORCH_INDEX'))
  .addOption(new Option('--node-image <reference>', 'base image, for a mirror or a digest').env('NODE_IMAGE'))
  .addOption(new Option('--nginx-image <reference>', 'base image, for a mirror or a digest').env('NGINX_IMAGE'))
  .option('--dry-run', 'print the commands instead')
  .parse();

const flags = cli.opts<Flags>();
const stop = (message: string): never => {
  console.error(`images: ${message}`);
  process.exit(1);
};

if (!/^[\w][\w.-]{0,127}$/.test(flags.version)) {
  stop(`VERSION "${flags.version}" is no image tag: letters, digits, "_", "." and "-", at most 128`);
}
if (flags.push && flags.registry === '') {
  stop('--push needs a registry: --registry registry.example.com/team, or DOCKER_REGISTRY');
}
if (!flags.build && !flags.push) stop('--no-build leaves nothing to do: add --push');
const platforms = flags.platforms.split(',').filter((platform) => platform !== '');
const wrong = platforms.find((platform) => !/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/.test(platform));
if (wrong !== undefined) stop(`PLATFORMS names "${wrong}": write os/architecture, such as linux/arm64`);

const builder: Builder =
  flags.builder ??
  findBuilder() ??
  (flags.dryRun ? 'docker' : stop('no builder answers: start Docker, or install podman or buildah, and try again'));
if (builder === 'docker' && platforms.length > 1 && !(flags.build && flags.push)) {
  stop('docker keeps images of several platforms only in a registry: build and --push them at once, or one platform');
}

const options: BuildOptions = {
  registry: flags.registry,
  version: flags.version,
  platforms,
  build: flags.build,
  push: flags.push ?? false,
  revision: git('rev-parse', 'HEAD') ?? 'unknown',
  sourceDateEpoch: Number(process.env.SOURCE_DATE_EPOCH ?? git('log', '-1', '--format=%ct') ?? 0),
  bases: {
    ...(flags.nodeImage ? { NODE_IMAGE: flags.nodeImage } : {}),
    ...(flags.nginxImage ? { NGINX_IMAGE: flags.nginxImage } : {}),
    ...(flags.pythonImage ? { PYTHON_IMAGE: flags.pythonImage } : {}),
    ...(flags.torchIndex ? { TORCH_INDEX: flags.torchIndex } : {}),
  },
};

const chosen =
  flags.only === undefined
    ? flags.trainers
      ? TRAINER_IMAGES
      : IMAGES
    : [...IMAGES, ...TRAINER_IMAGES].filter(({ name }) => name === flags.only);
for (const image of chosen) {
  for (const [program, ...args] of imageCommands(builder, image, options)) {
    if (flags.dryRun) {
      console.log([program, ...args].join(' '));
      continue;
    }
    const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
    if (status !== 0)
      stop(
        `${program} ${args[0]} of ${image.name} failed${error ? `: ${error.message}` : ` (exit ${status})`}; its output is above`,
      );
  }
  if (!flags.dryRun) console.log(`${options.push ? 'pushed' : 'built'} ${imageReference(image, options)}`);
}

/** undefined outside a checkout, as in an unpacked archive. */
function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
