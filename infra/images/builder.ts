import { spawnSync } from 'node:child_process';
import { TRAINER_VARIANTS } from '../../service/contract/trainers.ts';

export const BUILDERS = ['docker', 'podman', 'buildah'] as const;
export type Builder = (typeof BUILDERS)[number];

interface Image {
  readonly name: string;
  readonly dockerfile: string;
  /** Beyond those that all images take. */
  readonly args?: Readonly<Record<string, string>>;
}

export const IMAGES: readonly Image[] = [
  { name: 'ml-platform-backend', dockerfile: 'infra/images/backend.Dockerfile' },
  { name: 'ml-platform-frontend', dockerfile: 'infra/images/frontend.Dockerfile' },
];

/** What the built-in algorithms run. Apart: each takes minutes and gigabytes, and a platform needs them only where they train. */
export const TRAINER_IMAGES: readonly Image[] = TRAINER_VARIANTS.map((variant) => ({
  name: variant === 'cpu' ? 'ml-platform-trainer' : `ml-platform-trainer-${variant}`,
  dockerfile: 'infra/images/trainer.Dockerfile',
  args: { VARIANT: variant },
}));

export interface BuildOptions {
  /** Empty: local names without a registry. */
  readonly registry: string;
  readonly version: string;
  /** Empty: that of the builder's machine. */
  readonly platforms: readonly string[];
  readonly build: boolean;
  /** With build: what was built just now; alone: what this machine has under that name. */
  readonly push: boolean;
  readonly revision: string;
  /** Seconds since 1970 that every file and the image bear, so that the same input gives the same layers. */
  readonly sourceDateEpoch: number;
  /** Base images that differ from the Dockerfiles' own: mirrors, digests. */
  readonly bases: Readonly<Record<string, string>>;
}

type Command = readonly [program: string, ...args: string[]];

export const imageReference = (
  image: Image,
  { registry, version }: Pick<BuildOptions, 'registry' | 'version'>,
): string => `${registry === '' ? '' : `${registry.replace(/\/+$/, '')}/`}${image.name}:${version}`;

/** Docker answers only with its daemon, the other two need none. */
export function findBuilder(works: (command: Command) => boolean = succeeds): Builder | undefined {
  const probes: Record<Builder, Command> = {
    docker: ['docker', 'info'],
    podman: ['podman', 'info'],
    buildah: ['buildah', '--version'],
  };
  return BUILDERS.find((builder) => works(probes[builder]));
}

function succeeds([program, ...args]: Command): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/** Docker's own store holds no index of several platforms: built, it goes straight to the registry. */
const pushesWhileBuilding = (builder: Builder, { build, platforms, push }: BuildOptions): boolean =>
  builder === 'docker' && build && push && platforms.length > 1;

export function imageCommands(builder: Builder, image: Image, options: BuildOptions): Command[] {
  return [
    ...(options.build ? [buildCommand(builder, image, options)] : []),
    ...(options.push && !pushesWhileBuilding(builder, options) ? [pushCommand(builder, image, options)] : []),
  ];
}

function buildCommand(builder: Builder, image: Image, options: BuildOptions): Command {
  const reference = imageReference(image, options);
  const created = new Date(options.sourceDateEpoch * 1000).toISOString().replace('.000Z', 'Z');
  const args = {
    VERSION: options.version,
    REVISION: options.revision,
    CREATED: created,
    ...image.args,
    ...options.bases,
  };
  const shared = [
    '--file',
    image.dockerfile,
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(options.platforms.length > 0 ? ['--platform', options.platforms.join(',')] : []),
  ];

  if (builder === 'docker') {
    const to = pushesWhileBuilding(builder, options) ? 'registry' : 'docker';
    const output = `type=${to},rewrite-timestamp=true`;
    const epoch = ['--build-arg', `SOURCE_DATE_EPOCH=${options.sourceDateEpoch}`];
    return ['docker', 'buildx', 'build', ...shared, ...epoch, '--tag', reference, '--output', output, '.'];
  }
  return [
    builder,
    'build',
    ...shared,
    '--ignorefile',
    `${image.dockerfile}.dockerignore`,
    '--timestamp',
    String(options.sourceDateEpoch),
    // The OCI format has no place for a health check or a shell, and none is used.
    '--format',
    'oci',
    options.platforms.length > 1 ? '--manifest' : '--tag',
    reference,
    '.',
  ];
}

function pushCommand(builder: Builder, image: Image, options: BuildOptions): Command {
  const reference = imageReference(image, options);
  if (builder === 'docker' || options.platforms.length < 2) return [builder, 'push', reference];
  return [builder, 'manifest', 'push', '--all', reference, `docker://${reference}`];
}
