import { listAt, pick, type StoredObject, textAt } from '../../kube/objects.ts';

interface Dependency {
  readonly kind: 'PersistentVolumeClaim' | 'ConfigMap' | 'Secret' | 'ServiceAccount';
  readonly name: string;
}

/** What a job's pods refer to: what `propagateDeps` takes along (Karmada's interpreters for RayJob and Job, ours for TrainingJob). */
export function dependenciesOf(object: StoredObject): Dependency[] {
  const found = new Map<string, Dependency>();
  const add: Add = (kind, name) => {
    if (name) found.set(`${kind}/${name}`, { kind, name });
  };
  if (object.kind === 'TrainingJob') {
    const checkpoint = pick(object, 'spec', 'checkpoint');
    if (pick(checkpoint, 'enabled') !== false && (textAt(checkpoint, 'storage', 'type') ?? 'pvc') === 'pvc')
      add('PersistentVolumeClaim', textAt(checkpoint, 'storage', 'pvcName'));
    addVariables(add, listAt(object, 'spec', 'env'));
  }
  for (const spec of podSpecs(object)) {
    const account = textAt(spec, 'serviceAccountName');
    if (account !== 'default') add('ServiceAccount', account);
    for (const secret of listAt(spec, 'imagePullSecrets')) add('Secret', textAt(secret, 'name'));
    for (const volume of listAt(spec, 'volumes')) {
      add('PersistentVolumeClaim', textAt(volume, 'persistentVolumeClaim', 'claimName'));
      add('ConfigMap', textAt(volume, 'configMap', 'name'));
      add('Secret', textAt(volume, 'secret', 'secretName'));
    }
    for (const container of [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')]) {
      for (const source of listAt(container, 'envFrom')) {
        add('ConfigMap', textAt(source, 'configMapRef', 'name'));
        add('Secret', textAt(source, 'secretRef', 'name'));
      }
      addVariables(add, listAt(container, 'env'));
    }
  }
  return [...found.values()];
}

type Add = (kind: Dependency['kind'], name: string | undefined) => void;

function addVariables(add: Add, variables: readonly unknown[]): void {
  for (const variable of variables) {
    add('ConfigMap', textAt(variable, 'valueFrom', 'configMapKeyRef', 'name'));
    add('Secret', textAt(variable, 'valueFrom', 'secretKeyRef', 'name'));
  }
}

const podSpecs = (object: StoredObject): unknown[] =>
  [
    pick(object, 'spec', 'template', 'spec'),
    pick(object, 'spec', 'submitterPodTemplate', 'spec'),
    pick(object, 'spec', 'rayClusterSpec', 'headGroupSpec', 'template', 'spec'),
    ...listAt(object, 'spec', 'rayClusterSpec', 'workerGroupSpecs').map((group) => pick(group, 'template', 'spec')),
  ].filter((spec) => spec !== undefined);
