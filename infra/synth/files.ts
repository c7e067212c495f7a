import { waveOf } from '../constructs/waves.ts';
import type { KubeObject, Synthesis } from './synthesize.ts';
import { toYaml } from './yaml.ts';

/**
 * kubectl and Argo CD know this name as well as kustomization.yaml. Without an ending it is none of the files that
 * `kubectl apply -f <folder>` reads, which would refuse it as an unknown kind (docs/adr/0003).
 */
const KUSTOMIZATION = 'Kustomization';

/** Path below the environment's folder -> content. */
export function manifestFiles(synthesis: Synthesis): Map<string, string> {
  const files = new Map<string, string>();
  for (const [folder, objects] of synthesis.folders) {
    const prefix = folder ? `${folder}/` : '';
    for (const object of objects) {
      const path = prefix + fileName(object);
      if (files.has(path)) throw new Error(`two objects of one kind and name: ${path}`);
      files.set(path, toYaml(object));
    }
    files.set(`${prefix}${KUSTOMIZATION}`, kustomization(objects.map(fileName).sort()));
  }
  return files;
}

function fileName(object: KubeObject): string {
  return `${waveOf(object)}-${object.kind.toLowerCase()}-${object.metadata.name.replaceAll(/[^-.a-z0-9]/g, '-')}.yaml`;
}

function kustomization(resources: string[]): string {
  return toYaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources });
}
