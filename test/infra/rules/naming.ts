import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { own, type Subject, title } from '../subjects.ts';
import { containersOf, podsOf } from './pods.ts';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const PORT_NAME = /^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/;
const CLUSTER_SCOPED = [
  'Namespace',
  'ClusterIssuer',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterPropagationPolicy',
  'CustomResourceDefinition',
];

/** Rights in a namespace that a setting names. */
function isBoundThere({ kind, metadata }: KubeObject, settings: object): boolean {
  const { watchNamespaces = [] } = settings as { watchNamespaces?: readonly string[] };
  return kind === 'RoleBinding' && watchNamespaces.includes(metadata.namespace ?? '');
}

/** An object of a team's own, which is left as it is. */
const isBroughtAlong = ({ kind, metadata: { name } }: KubeObject, { extraObjects }: Subject['settings']): boolean =>
  extraObjects.some((each) => each.kind === kind && each.metadata.name === name);

/** Names that a server takes, labels by which everything of a stack is found, one namespace. */
export function namesAndLabels(subject: Subject): string[] {
  const { definition, folders, settings } = subject;
  const ofTheStack = own(subject).filter((object) => !isBroughtAlong(object, settings));
  const breaches = ofTheStack.flatMap((object) => {
    const { labels = {}, name, namespace } = object.metadata;
    const expected = CLUSTER_SCOPED.includes(object.kind) ? undefined : settings.namespace.name;
    const wrongNamespace = namespace !== expected && !isBoundThere(object, settings);
    return [
      ...(NAME.test(name) ? [] : [`${title(object)}: no valid name`]),
      ...(labels['app.kubernetes.io/part-of'] === definition.name ? [] : [`${title(object)}: no label part-of`]),
      ...(wrongNamespace ? [`${title(object)} is in the namespace ${namespace}`] : []),
    ];
  });
  const ports = podsOf(own(subject)).flatMap((pod) =>
    containersOf(pod).flatMap(({ ports = [] }) =>
      ports.flatMap(({ name = '' }) =>
        PORT_NAME.test(name) ? [] : [`${pod.owner}: port name "${name}" is no name of at most 15 letters`],
      ),
    ),
  );
  const twice = [...folders].flatMap(([folder, objects]) =>
    objects
      .map((object) => `${title(object)} in ${object.metadata.namespace ?? 'no namespace'}`)
      .filter((each, index, titles) => titles.indexOf(each) !== index)
      .map((each) => `${folder}/${each} stands twice`),
  );
  return [...breaches, ...ports, ...twice];
}
