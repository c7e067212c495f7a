import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type BuildOptions,
  findBuilder,
  IMAGES,
  imageCommands,
  TRAINER_IMAGES,
} from '../../../infra/images/builder.ts';

const root = resolve(import.meta.dirname, '../../..');
const options: BuildOptions = {
  registry: 'registry.example.com/team/',
  version: 'v1.2.3',
  platforms: [],
  build: true,
  push: false,
  revision: 'abc',
  sourceDateEpoch: 1_700_000_000,
  bases: {},
};
const [backend] = IMAGES as [(typeof IMAGES)[number]];

describe('the builder', () => {
  it('is the first that answers: Docker only with its daemon', () => {
    expect(findBuilder(() => true)).toBe('docker');
    expect(findBuilder(([program]) => program !== 'docker')).toBe('podman');
    expect(findBuilder(([program]) => program === 'buildah')).toBe('buildah');
    expect(findBuilder(() => false)).toBeUndefined();
  });

  it.each(['docker', 'podman', 'buildah'] as const)(
    '%s is told names, labels and the time of the sources',
    (builder) => {
      const [build] = imageCommands(builder, backend, options);
      const line = build?.join(' ');
      expect(line).toContain('--tag registry.example.com/team/ml-platform-backend:v1.2.3');
      expect(line).toContain('--build-arg VERSION=v1.2.3');
      expect(line).toContain('--build-arg CREATED=2023-11-14T22:13:20Z');
      expect(line).toContain(builder === 'docker' ? 'SOURCE_DATE_EPOCH=1700000000' : '--timestamp 1700000000');
    },
  );

  it('pushes one image, or an index of several platforms', () => {
    const reference = 'registry.example.com/team/ml-platform-backend:v1.2.3';
    expect(imageCommands('podman', backend, { ...options, push: true })[1]).toEqual(['podman', 'push', reference]);
    const several = { ...options, push: true, platforms: ['linux/amd64', 'linux/arm64'] };
    const [build, push] = imageCommands('buildah', backend, several);
    expect(build?.join(' ')).toContain(`--manifest ${reference}`);
    expect(push?.join(' ')).toBe(`buildah manifest push --all ${reference} docker://${reference}`);
    const atOnce = imageCommands('docker', backend, several);
    expect(atOnce).toHaveLength(1);
    expect(atOnce[0]?.join(' ')).toContain('--output type=registry,');
    const [local, pushed] = imageCommands('docker', backend, { ...options, push: true });
    expect(local?.join(' ')).toContain('--output type=docker,');
    expect(pushed).toEqual(['docker', 'push', reference]);
  });

  it('is told which of the trainings an image is for', () => {
    const lines = TRAINER_IMAGES.map((image) => imageCommands('docker', image, options)[0]?.join(' '));
    expect(lines[0]).toContain('--build-arg VARIANT=cpu');
    expect(lines[2]).toContain('--tag registry.example.com/team/ml-platform-trainer-gpu:v1.2.3');
  });

  it('pushes alone what was built before', () => {
    const reference = 'registry.example.com/team/ml-platform-backend:v1.2.3';
    for (const builder of ['docker', 'podman', 'buildah'] as const) {
      expect(imageCommands(builder, backend, { ...options, build: false, push: true })).toEqual([
        [builder, 'push', reference],
      ]);
    }
  });
});

interface Instruction {
  readonly name: string;
  readonly value: string;
}

function instructions(dockerfile: string): Instruction[] {
  return readFileSync(resolve(root, dockerfile), 'utf8')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.slice(0, line.indexOf(' ')), value: line.slice(line.indexOf(' ') + 1) }));
}

describe.each([...IMAGES, ...TRAINER_IMAGES.slice(0, 1)])('$dockerfile', ({ dockerfile }) => {
  const all = instructions(dockerfile);
  const final = all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
  const values = (name: string, among = final) => among.filter((each) => each.name === name).map(({ value }) => value);

  it('takes its base images from arguments whose defaults are pinned', () => {
    for (const from of values('FROM', all)) expect(from).toMatch(/^\$\{\w+\}( AS \w+)?$/);
    for (const base of values('ARG', all).filter((value) => value.includes('_IMAGE='))) {
      expect(base).toMatch(/:\d+\.\d+\.\d+-(alpine|slim)/);
    }
  });

  it('runs as a numeric user that is not root', () => {
    expect(values('USER').at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('has an ENTRYPOINT in exec form and no CMD, so that Kubernetes args are appended', () => {
    const [entrypoint, ...more] = values('ENTRYPOINT');
    expect(JSON.parse(entrypoint ?? '')).toBeInstanceOf(Array);
    expect([more, values('CMD')]).toEqual([[], []]);
  });

  it('says how to stop it and what it is', () => {
    expect(values('STOPSIGNAL')).toHaveLength(1);
    expect(values('LABEL').join()).toMatch(
      /image\.title=.*image\.licenses=.*image\.version=.*image\.revision=.*image\.created=/,
    );
  });

  it('adds nothing from the network, holds no secret and installs what is locked', () => {
    expect(values('ADD', all)).toEqual([]);
    const written = all.map(({ value }) => value).join('\n');
    expect(written).not.toMatch(/password|secret|token|npm install/i);
    // As a command; a package of that name may be there for who runs in the container.
    expect(written).not.toMatch(/(?:^|[;&|(])\s*(?:curl|wget)\s/m);
    const installs = values('RUN', all).flatMap((run) => run.match(/npm ci|pip install [^&;]+/g) ?? []);
    expect(installs.length).toBeGreaterThan(0);
    expect(installs.filter((install) => install !== 'npm ci' && !install.includes('--require-hashes'))).toEqual([]);
  });

  it('lets nothing into the build but what it copies', () => {
    const ignored = readFileSync(resolve(root, `${dockerfile}.dockerignore`), 'utf8').split('\n');
    expect(ignored).toContain('*');
    const copied = dockerfile.includes('trainer')
      ? ['!service/trainers']
      : ['!infra/images', '!package-lock.json', '!package.json', '!service', '!tsconfig.json'];
    expect(ignored.filter((line) => line.startsWith('!')).sort()).toEqual(copied);
  });
});
