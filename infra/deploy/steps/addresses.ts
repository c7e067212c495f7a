import type { KubeObject } from '../../synth/synthesize.ts';
import { forPlatform, type Step } from '../step.ts';
import type { Target } from '../target.ts';

/** Where the stack is reached. */
export const addresses: Step = {
  title: 'Addresses',
  skipped: forPlatform,
  async run({ objects, target }) {
    const node = await nodeAddress(target);
    const found = objects.platform.flatMap((object) => [...ingressAddresses(object), ...nodePorts(object, node)]);
    return found.length > 0 ? found.join('\n') : `only from inside: ${forward(objects.platform, target)}`;
  },
};

interface IngressSpec {
  readonly tls?: readonly unknown[];
  readonly rules?: readonly { readonly host?: string }[];
}
interface ServiceSpec {
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly nodePort?: number }[];
}

function ingressAddresses({ kind, spec }: KubeObject): string[] {
  if (kind !== 'Ingress') return [];
  const { rules = [], tls = [] } = spec as IngressSpec;
  const hosts = rules.flatMap(({ host }) => (host === undefined ? [] : [host]));
  return [...new Set(hosts)].map((host) => `${tls.length > 0 ? 'https' : 'http'}://${host}/`);
}

function nodePorts({ kind, metadata, spec }: KubeObject, node: string): string[] {
  if (kind !== 'Service') return [];
  const { ports = [] } = spec as ServiceSpec;
  return ports.flatMap(({ nodePort }) =>
    nodePort === undefined ? [] : [`${metadata.name}: http://${node}:${nodePort}/`],
  );
}

interface Nodes {
  readonly items: readonly {
    readonly status?: { readonly addresses?: readonly { type: string; address: string }[] };
  }[];
}

/** Of a node as seen from outside, if it has such an address; to read nodes is not a right that a deployment needs. */
async function nodeAddress({ management }: Target): Promise<string> {
  const { status, text } = await management.api.text('GET', '/api/v1/nodes');
  if (status !== 200) return '<node>';
  const all = (JSON.parse(text) as Nodes).items.flatMap((each) => each.status?.addresses ?? []);
  const byType = (type: string) => all.find((each) => each.type === type)?.address;
  return byType('ExternalIP') ?? byType('InternalIP') ?? '<node>';
}

function forward(objects: readonly KubeObject[], { namespace }: Target): string {
  const pages = objects.filter(
    ({ kind, metadata }) => kind === 'Service' && /frontend|grafana|app$/.test(metadata.name),
  );
  const service = pages[0] ?? objects.find(({ kind }) => kind === 'Service');
  const port = (service?.spec as ServiceSpec | undefined)?.ports?.[0]?.port ?? 80;
  return `kubectl port-forward --namespace ${namespace} service/${service?.metadata.name} 8080:${port}`;
}
