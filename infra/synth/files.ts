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
    const names = fileNames(objects);
    for (const [object, name] of names) {
      const path = prefix + name;
      if (files.has(path)) throw new Error(`two objects of one kind and name: ${path}`);
      files.set(path, toYaml(object));
    }
    files.set(`${prefix}${KUSTOMIZATION}`, kustomization([...names.values()].sort()));
  }
  return files;
}

/** What is in several namespaces under one name is told apart by these. */
function fileNames(objects: readonly KubeObject[]): Map<KubeObject, string> {
  const names = objects.map(fileName);
  return new Map(
    objects.map((object, at) => {
      const own = names[at] ?? '';
      const { namespace } = object.metadata;
      const isShared = namespace !== undefined && names.filter((each) => each === own).length > 1;
      return [object, `${own}${isShared ? `-${namespace}` : ''}.yaml`];
    }),
  );
}

const fileName = (object: KubeObject): string =>
  `${waveOf(object)}-${object.kind.toLowerCase()}-${object.metadata.name.replaceAll(/[^-.a-z0-9]/g, '-')}`;

function kustomization(resources: string[]): string {
  return toYaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources });
}
