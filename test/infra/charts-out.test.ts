import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { manifestFiles } from '../../infra/synth/files.ts';
import { type KubeObject, synthesize } from '../../infra/synth/synthesize.ts';
import { kubernetesTool } from '../tools/kubernetes-tools.ts';
import { secretsIn } from './rules/secrets.ts';
import { environments, settingsOf } from './subjects.ts';

const chartsOut = join(dirname(fileURLToPath(import.meta.url)), '../../charts-out');
const WAVE = 'argocd.argoproj.io/sync-wave';
const kubectl = kubernetesTool('kubectl');

function filesIn(folder: string): Map<string, string> {
  const paths = (readdirSync(folder, { recursive: true }) as string[]).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

describe.each(environments)('charts-out/$title', ({ definition, environment, values }) => {
  const folder = join(chartsOut, definition.name, environment);
  const synthesis = synthesize(definition, settingsOf(definition, values), { environment });

  test('holds what the program writes, byte for byte, and nothing else', () => {
    const written = new Map([...manifestFiles(synthesis)].sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(filesIn(folder)).toEqual(written);
  });

  test('reads as a person would write it: no hash in a name, no empty object, one object a file', () => {
    for (const [path, text] of filesIn(folder)) {
      expect(path).not.toMatch(/-[a-z]?[0-9a-f]{8,}\.yaml$/);
      expect(text, path).not.toMatch(/^---$/m);
      expect(text, path).not.toMatch(/cdk8s\.io\/metadata\.addr|: null$/m);
    }
  });

  test('holds no secret', () => {
    expect([...filesIn(folder).values()].flatMap(secretsIn)).toEqual([]);
  });

  const folders = [...synthesis.folders.keys()];
  test.skipIf(!kubectl).each(folders)('folder "%s": kubectl -k gives all its objects', (name) => {
    const output = run('kustomize', join(folder, name));
    expect(output.match(/^kind: /gm)).toHaveLength(synthesis.folders.get(name)?.length ?? 0);
  });

  test.skipIf(!kubectl)(
    'kubectl -f reads all objects of the cluster and none of the sub-folders, namespace first',
    () => {
      // --local asks no server: it reads the files as `kubectl apply -f <folder>` does, in the same order.
      const names = run('label', '--local', '--output=name', '--filename', folder, 'seen=yes').trim().split('\n');
      const objects = synthesis.folders.get('') ?? [];
      expect(names).toHaveLength(objects.length);
      expect(names.every((name) => !name.startsWith('kustomization'))).toBe(true);
      if (objects.some(({ kind }) => kind === 'Namespace'))
        expect(names[0]).toBe(`namespace/${objects[0]?.metadata.name}`);
    },
  );

  test('Argo CD is pointed at this folder and waits in an order in which nothing waits for something later', () => {
    const application = (synthesis.folders.get('argocd') ?? []).find(
      ({ kind, metadata }) => kind === 'Application' && metadata.name === `${definition.name}-${environment}`,
    );
    expect(application?.spec).toHaveProperty('source.path', `charts-out/${definition.name}/${environment}`);
    const wave = (kind: string): number[] =>
      (synthesis.folders.get('') ?? [])
        .filter((object) => object.kind === kind)
        .map(({ metadata }) => Number(metadata.annotations?.[WAVE]));
    const last = (...kinds: string[]) => Math.max(...kinds.flatMap(wave), Number.NEGATIVE_INFINITY);
    const first = (...kinds: string[]) => Math.min(...kinds.flatMap(wave), Number.POSITIVE_INFINITY);
    expect(last('Namespace')).toBeLessThan(first('ConfigMap', 'ServiceAccount', 'NetworkPolicy', 'Service'));
    expect(last('ConfigMap', 'ServiceAccount', 'NetworkPolicy', 'Service')).toBeLessThan(first('StatefulSet'));
    expect(last('StatefulSet')).toBeLessThan(first('Job', 'Deployment'));
    // Storage that binds a claim when its first pod is scheduled: the pod must not be in a later wave.
    for (const claim of (synthesis.folders.get('') ?? []).filter(({ kind }) => kind === 'PersistentVolumeClaim')) {
      const users = (synthesis.folders.get('') ?? []).filter((object) =>
        JSON.stringify(object).includes(`"claimName":"${claim.metadata.name}"`),
      );
      const waveOf = (object: KubeObject) => Number(object.metadata.annotations?.[WAVE]);
      expect(Math.min(...users.map(waveOf)), claim.metadata.name).toBe(waveOf(claim));
    }
  });
});

test('the Kustomization lists its resources sorted', () => {
  const { resources } = parse(readFileSync(join(chartsOut, 'ml-platform/prod/Kustomization'), 'utf8'));
  expect(resources).toEqual([...resources].sort());
});

function run(...args: string[]): string {
  return execFileSync(kubectl ?? 'kubectl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
