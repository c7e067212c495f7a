import { CONFIG_MAP, SECRET } from '../../kube/kinds.ts';
import { listAt, pick, type StoredObject, textAt } from '../../kube/objects.ts';
import type { Member } from '../member.ts';

// What a program in a container finds there: the variables and files that its pod's spec says, as a kubelet hands them over.

/** $(NAME) in a value stands for a variable before it. */
export function environmentOf(pod: StoredObject): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const variable of listAt(firstContainer(pod), 'env')) {
    const value = textAt(variable, 'value') ?? fieldOf(pod, textAt(variable, 'valueFrom', 'fieldRef', 'fieldPath'));
    variables[textAt(variable, 'name') ?? ''] = value.replace(
      /\$\((\w+)\)/g,
      (reference, name: string) => variables[name] ?? reference,
    );
  }
  return variables;
}

/** `metadata.annotations['x']`, or a path of names. */
function fieldOf(pod: StoredObject, path = ''): string {
  const [, map, key] = /^metadata\.(annotations|labels)\['(.+)'\]$/.exec(path) ?? [];
  const steps = map !== undefined && key !== undefined ? ['metadata', map, key] : path.split('.');
  return textAt(pod, ...steps) ?? '';
}

/** A file of a mounted ConfigMap, Secret or token; undefined when nothing is mounted there. */
export async function readFile(member: Member, pod: StoredObject, path: string): Promise<string | undefined> {
  for (const mount of listAt(firstContainer(pod), 'volumeMounts')) {
    const directory = textAt(mount, 'mountPath');
    if (directory === undefined || !path.startsWith(`${directory}/`)) continue;
    const volume = listAt(pod, 'spec', 'volumes').find((each) => textAt(each, 'name') === textAt(mount, 'name'));
    return readVolume(member, pod, volume, path.slice(directory.length + 1));
  }
  return undefined;
}

async function readVolume(
  member: Member,
  pod: StoredObject,
  volume: unknown,
  file: string,
): Promise<string | undefined> {
  for (const source of [volume, ...listAt(volume, 'projected', 'sources')]) {
    const token = pick(source, 'serviceAccountToken');
    if (token !== undefined && textAt(token, 'path') === file) {
      return member.tokens.tokenFor(pod, textAt(token, 'audience') ?? '');
    }
    const content =
      fromConfigMap(member, pod, pick(source, 'configMap'), file) ??
      fromSecret(member, pod, pick(source, 'secret'), file);
    if (content !== undefined) return content;
  }
  return undefined;
}

function fromConfigMap(member: Member, pod: StoredObject, source: unknown, file: string): string | undefined {
  const name = textAt(source, 'name');
  if (name === undefined) return undefined;
  const items = listAt(source, 'items');
  const item = items.find((each) => textAt(each, 'path') === file);
  if (items.length > 0 && item === undefined) return undefined;
  const found = member.server.registry.store.get(CONFIG_MAP, pod.metadata.namespace, name);
  return textAt(found, 'data', textAt(item, 'key') ?? file);
}

function fromSecret(member: Member, pod: StoredObject, source: unknown, file: string): string | undefined {
  const name = textAt(source, 'secretName');
  const found = name && member.server.registry.store.get(SECRET, pod.metadata.namespace, name);
  const content = found && textAt(found, 'data', file);
  return content ? Buffer.from(content, 'base64').toString() : undefined;
}

/** Names of the objects that a pod cannot start without, by the field of a volume that holds them. */
export const mountedNames = (pod: StoredObject, ...path: readonly string[]): string[] =>
  listAt(pod, 'spec', 'volumes')
    .flatMap((volume) => [volume, ...listAt(volume, 'projected', 'sources')])
    .map((source) => textAt(source, ...path))
    .filter((name) => name !== undefined);

const firstContainer = (pod: StoredObject): unknown => listAt(pod, 'spec', 'containers')[0];
