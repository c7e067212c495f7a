import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

interface KubeContext {
  readonly name: string;
  readonly namespace: string;
}

/** The context of kubectl that a plugin is called in: of the files in KUBECONFIG the first that says something holds. */
export const kubeContext = async (
  env: Readonly<Record<string, string | undefined>>,
  wanted: string | undefined,
): Promise<KubeContext | undefined> => {
  const files = env.KUBECONFIG ? env.KUBECONFIG.split(delimiter) : [join(homedir(), '.kube', 'config')];
  const read = await Promise.all(files.filter((file) => file !== '').map(readKubeconfig));
  const name =
    wanted ?? read.map((each) => each['current-context']).find((said) => typeof said === 'string' && said !== '');
  if (typeof name !== 'string') return undefined;
  const contexts = read.flatMap((each) => (Array.isArray(each.contexts) ? each.contexts : []));
  const namespace = contexts.find((context) => context?.name === name)?.context?.namespace;
  return { name, namespace: typeof namespace === 'string' && namespace !== '' ? namespace : 'default' };
};

// biome-ignore lint/suspicious/noExplicitAny: somebody else's file, of which two fields are looked at
const readKubeconfig = async (file: string): Promise<Record<string, any>> => {
  try {
    const { parse } = await import('yaml');
    return parse(await readFile(file, 'utf8')) ?? {};
  } catch {
    // kubectl itself tells what is wrong with it.
    return {};
  }
};
