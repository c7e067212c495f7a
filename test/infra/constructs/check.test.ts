import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PROBE } from '../../../service/contract.ts';
import { environments, own, type Subject, subjectOf } from '../subjects.ts';

const checkOf = ({ folders }: Subject) => folders.get('check') ?? [];

interface PodSpec {
  containers: { command: string[]; args: string[]; env?: unknown[]; image: string; volumeMounts: { name: string }[] }[];
  volumes: { name: string; secret?: { secretName: string } }[];
  restartPolicy: string;
}
const podOf = (subject: Subject): PodSpec =>
  checkOf(subject).find(({ kind }) => kind === 'Pod')?.spec as unknown as PodSpec;
const containerOf = (subject: Subject) => podOf(subject).containers[0] ?? { command: [], args: [], env: [], image: '' };

interface ServiceSpec {
  ports: { port: number }[];
}

describe.each(environments)('the check of $title', ({ definition, values }) => {
  const subject = subjectOf(definition, values);

  test('every name in it is that of an object beside it, and nothing of the stack has it', () => {
    const titles = (objects: Subject['folders'] extends ReadonlyMap<string, infer Objects> ? Objects : never) =>
      objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    const names = titles(checkOf(subject));
    expect(names).toContain(`ServiceAccount/${definition.name}-check`);
    expect(names.filter((name) => titles(own(subject)).includes(name))).toEqual([]);
  });

  // Of the stack monitoring its own test tells who gets in, for the pods are a chart's.
  test.skipIf(definition.name === 'monitoring')('network policies let it through, both ways, and nobody else', () => {
    const policies = checkOf(subject).filter(({ kind }) => kind === 'NetworkPolicy');
    const itself = {
      'app.kubernetes.io/name': `${definition.name}-check`,
      'app.kubernetes.io/instance': definition.name,
    };
    const everyPod = { 'app.kubernetes.io/instance': definition.name };
    const isIsolated = (values as { isolation?: { enabled?: boolean } }).isolation?.enabled !== false;
    const letThrough = [
      {
        podSelector: { matchLabels: itself },
        policyTypes: ['Ingress', 'Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: everyPod } }] }],
      },
      {
        podSelector: { matchLabels: everyPod },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: itself } }] }],
      },
    ];
    expect(policies.map(({ spec }) => spec)).toEqual(isIsolated ? letThrough : []);
    expect(checkOf(subjectOf(definition, { ...(values as object), isolation: { enabled: false } }))).toHaveLength(2);
  });

  test('it ends: it is started once, and gives up in time', () => {
    expect(podOf(subject).restartPolicy).toBe('Never');
    expect([...containerOf(subject).command, ...containerOf(subject).args].join(' ')).toMatch(/\b240\b/);
  });

  test.skipIf(['ml-platform', 'monitoring'].includes(definition.name))('it asks every port of every Service', () => {
    const asked = containerOf(subject).args.map((place) => place.replace(/^http:\/\//, '').replace(/\/.*$/, ''));
    const services = own(subject)
      .filter(({ kind, spec }) => kind === 'Service' && !('clusterIP' in (spec as object)))
      .flatMap(({ metadata, spec }) => (spec as ServiceSpec).ports.map(({ port }) => `${metadata.name}:${port}`));
    expect(asked.sort()).toEqual(services.sort());
  });
});

describe('the check of ml-platform', () => {
  const [{ definition } = { definition: undefined }] = environments.filter(
    (each) => each.definition.name === 'ml-platform',
  );
  if (!definition) throw new Error('no ml-platform');
  const withSettings = (values: object) => subjectOf(definition, values);

  test('submits a job where nobody is asked who he is', () => {
    const { args, command, env } = containerOf(
      withSettings({ auth: { mode: 'none' }, check: { namespace: 'team-a' } }),
    );
    expect(command).toEqual(['node', PROBE.program]);
    expect(env).toEqual([{ name: 'PROBE_IMAGE', value: 'docker.io/library/busybox:1.37.0' }]);
    expect(args).toEqual([
      '--url=http://ml-platform-backend:8080',
      '--image=$(PROBE_IMAGE)',
      '--namespace=team-a',
      '--timeout-seconds=240',
    ]);
  });

  test('checks the refusal where tokens are asked for and it has none', () => {
    expect(containerOf(withSettings({})).args).toContain('--expect-refusal');
  });

  test('submits a job with the token of a Secret', () => {
    const subject = withSettings({ check: { tokenSecret: 'probe' } });
    expect(containerOf(subject).args).toContain('--token-file=/etc/check/token');
    expect(containerOf(subject).args).not.toContain('--expect-refusal');
    expect(podOf(subject).volumes.map(({ secret }) => secret?.secretName)).toContain('probe');
    expect(definition.createdAtDeploy(subject.settings)).toContainEqual(
      expect.objectContaining({ name: 'probe', keys: ['token'], madeBy: 'the administrator' }),
    );
  });
});

describe('its script', () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Stand-ins for busybox' tools: what they are asked for is there when its name says so. */
  const tool = (name: string, last: string) => {
    writeFileSync(
      join(folder, name),
      `#!/bin/sh\nfor last; do :; done\ncase "$*" in ${last}) exit 0 ;; esac\necho "${name}: refused" >&2\nexit 1\n`,
    );
    chmodSync(join(folder, name), 0o755);
  };
  tool('wget', '*up:*');
  tool('nc', '*up\\ 5432');
  tool('sleep', '*');

  const [flts] = environments.filter((each) => each.definition.name === 'flts');
  const run = (...places: string[]) => {
    const { command } = containerOf(subjectOf(flts?.definition as never, { check: { timeoutSeconds: 10 } }));
    const [shell = '', flag = '', script = '', name = ''] = command;
    return spawnSync(shell, [flag, script, name, '0', ...places], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` },
    });
  };

  test('is content when all answer', () => {
    const { status, stdout } = run('http://up:80/health', 'up:5432');
    expect(status).toBe(0);
    expect(stdout).toBe('answers: http://up:80/health\nanswers: up:5432\n');
  });

  test('a stranger is content when it is kept out, and not with a name that leads nowhere', () => {
    const [{ definition } = { definition: undefined }] = environments.filter(
      (each) => each.definition.name === 'monitoring',
    );
    const pods = checkOf(subjectOf(definition as never, {})).filter(({ kind }) => kind === 'Pod');
    const stranger = pods.find(({ metadata }) => metadata.name === 'monitoring-stranger')?.spec as unknown as PodSpec;
    const [shell = '', ...script] = stranger.containers[0]?.command ?? [];
    const knock = (...places: string[]) =>
      spawnSync(shell, [...script, ...places], {
        encoding: 'utf8',
        env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` },
      });
    expect(knock('closed:80')).toMatchObject({ status: 0, stdout: 'a stranger is kept out: closed:80\n' });
    expect(knock('closed:80', 'up:5432')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('a stranger is let in: up:5432'),
    });
    writeFileSync(join(folder, 'nc'), '#!/bin/sh\necho "nc: bad address \'nowhere\'" >&2\nexit 1\n');
    expect(knock('nowhere:80')).toMatchObject({ status: 1, stderr: expect.stringContaining('no such place') });
    tool('nc', '*up\\ 5432');
  });

  test('names each that does not answer, and asks the others all the same', () => {
    const { status, stderr, stdout } = run('http://down:80/', 'down:5432', 'up:5432');
    expect(status).toBe(1);
    expect(stdout).toBe('answers: up:5432\n');
    expect(stderr).toBe(
      'no answer within 0 s: http://down:80/ wget: refused\nno answer within 0 s: down:5432 nc: refused\n',
    );
  });
});
