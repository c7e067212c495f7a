import { Construct } from 'constructs';
import type { Resources } from '../settings/fragments.ts';
import { cidrPeers } from './endpoint.ts';
import { type K8s, k8s } from './k8s.ts';
import { INSTANCE, selectorLabels, workloadLabels } from './labels.ts';
import { tcpPort } from './network-policy.ts';
import { type PodProps, podSpec } from './pod.ts';
import { Folder, type Stack } from './stack.ts';
import { type Workload, workloadsOf } from './workload.ts';

/** Where its objects are: beside the environment's own, which are applied without it. */
export const CHECK_FOLDER = 'check';

export interface CheckProps extends Pick<PodProps, 'image' | 'user' | 'command' | 'args' | 'env' | 'mounts'> {
  /** Pods that are not the stack's own, by name and selector, which it asks too. */
  readonly others?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Ports anywhere that it asks, too: those of the stack's own way in. */
  readonly portsOutside?: readonly number[];
  /** Places, `host:port`, that no other pod may reach: a second pod, which nobody has declared, tries to. */
  readonly closed?: readonly string[];
}

/** Runs as nobody: it needs no file. */
const NOBODY = 65534;

const RESOURCES: Resources = {
  requests: { cpu: '50m', memory: '64Mi' },
  limits: { cpu: '500m', memory: '256Mi' },
};

/**
 * A pod that ends well when the stack does its work; by default, when each of its Services answers. To be declared when all
 * workloads are. It may reach every pod of the stack: by policies of its own, which are there only as long as it is.
 */
export class Check extends Construct {
  constructor(
    stack: Stack,
    { closed = [], others = {}, portsOutside = [], ...props }: CheckProps = servicesAnswer(stack),
  ) {
    super(new Folder(stack, CHECK_FOLDER, stack.settings.namespace.name), 'check');
    const app = `${stack.name}-check`;
    const name = stack.named(app);
    const labels = workloadLabels(stack, app, 'check');
    const metadata = { name, labels };
    const { check } = stack.settings;
    const account = new k8s.KubeServiceAccount(this, 'service-account', {
      metadata,
      automountServiceAccountToken: false,
    });
    const pod = new k8s.KubePod(this, 'pod', {
      metadata,
      spec: {
        ...podSpec(stack, { ...props, name: app, serviceAccount: name, resources: RESOURCES, extras: check }),
        restartPolicy: 'Never',
      },
    });
    for (const object of [account, pod]) stack.extended.set(object, check);
    if (!stack.settings.isolation.enabled) return;
    this.letThrough(stack, name, { labels, selector: selectorLabels(stack, app), others, portsOutside });
    if (closed.length > 0) this.send(stack, closed);
  }

  /** The stranger may go anywhere: what keeps it out is on the other side. */
  private send(stack: Stack, closed: readonly string[]): void {
    const app = `${stack.name}-stranger`;
    const metadata = { name: stack.named(app), labels: workloadLabels(stack, app, 'check') };
    const { check } = stack.settings;
    const account = new k8s.KubeServiceAccount(this, 'stranger-account', {
      metadata,
      automountServiceAccountToken: false,
    });
    new k8s.KubeNetworkPolicy(this, 'stranger-out', {
      metadata,
      spec: {
        podSelector: { matchLabels: selectorLabels(stack, app) },
        policyTypes: ['Ingress', 'Egress'],
        egress: [{}],
      },
    });
    const pod = new k8s.KubePod(this, 'stranger', {
      metadata,
      spec: {
        ...podSpec(stack, {
          name: app,
          serviceAccount: metadata.name,
          resources: RESOURCES,
          extras: check,
          image: stack.settings.images.wait,
          user: NOBODY,
          command: ['sh', '-c', STRANGER, 'stranger'],
          args: [...closed],
        }),
        restartPolicy: 'Never',
      },
    });
    for (const object of [account, pod]) stack.extended.set(object, check);
  }

  private letThrough(
    stack: Stack,
    name: string,
    {
      labels,
      others,
      portsOutside,
      selector,
    }: Record<'labels' | 'selector', Record<string, string>> & { others: Others; portsOutside: readonly number[] },
  ): void {
    const everyPod: K8s.LabelSelector = { matchLabels: { [INSTANCE]: stack.instance } };
    const itself: K8s.LabelSelector = { matchLabels: selector };
    const asked = { in: everyPod, ...mapped(others, (labels) => ({ matchLabels: { ...labels } })) };
    const out = new k8s.KubeNetworkPolicy(this, 'out', {
      metadata: { name, labels },
      spec: {
        podSelector: itself,
        policyTypes: ['Ingress', 'Egress'],
        egress: [
          ...Object.values(asked).map((podSelector) => ({ to: [{ podSelector }] })),
          ...(portsOutside.length > 0
            ? [{ to: cidrPeers(['0.0.0.0/0', '::/0']), ports: portsOutside.map(tcpPort) }]
            : []),
        ],
      },
    });
    stack.extended.set(out, stack.settings.check);
    for (const [id, podSelector] of Object.entries(asked)) {
      const admitted = id === 'in' ? `${name}-admitted` : `${name}-admitted-${id}`;
      new k8s.KubeNetworkPolicy(this, id, {
        metadata: { name: admitted, labels },
        spec: { podSelector, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: itself }] }] },
      });
    }
  }
}

type Others = NonNullable<CheckProps['others']>;

const mapped = <From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

/** A name that leads nowhere proves nothing; the check before it has seen that something answers there. */
const STRANGER = `failed=0
for place in "$@"; do
  if said=$(nc -z -w 5 "\${place%:*}" "\${place##*:}" 2>&1); then
    echo "a stranger is let in: $place (does the cluster's network hold to NetworkPolicies?)" >&2
    failed=1
  elif echo "$said" | grep -q 'bad address'; then
    echo "no such place: $place $said" >&2
    failed=1
  else
    echo "a stranger is kept out: $place"
  fi
done
exit "$failed"`;

/** What is asked comes as arguments, never inside the script's text: nothing in it can be run. */
const SCRIPT = `answers() {
  case $1 in
    http://*) wget -q -T 5 -O /dev/null "$1" ;;
    *) nc -z -w 5 "\${1%:*}" "\${1##*:}" ;;
  esac
}
limit=$1 failed=0
shift
start=$(date +%s)
for place in "$@"; do
  until said=$(answers "$place" 2>&1); do
    if [ $(($(date +%s) - start)) -ge "$limit" ]; then
      echo "no answer within $limit s: $place $said" >&2
      failed=1
      continue 2
    fi
    sleep 2
  done
  echo "answers: $place"
done
exit "$failed"`;

/** Asks each Service of the stack's workloads, and what else is named: `host:port`, or the URL of something that answers with 200. */
export function servicesAnswer(stack: Stack, further: readonly string[] = []): CheckProps {
  return {
    image: stack.settings.images.wait,
    user: NOBODY,
    command: ['sh', '-c', SCRIPT, 'check', String(stack.settings.check.timeoutSeconds)],
    args: [...workloadsOf(stack).flatMap(places), ...further],
  };
}

/** Each port of a workload's Service: the path of its readiness probe where it is asked by HTTP, or the port alone. */
function places({ name, props }: Workload): string[] {
  const { ports = {}, probes, servicePorts = {} } = props;
  const { httpGet } = probes?.readiness ?? {};
  return Object.entries(servicePorts).map(([portName, port]) =>
    httpGet && httpGet.port.value === ports[portName] ? `http://${name}:${port}${httpGet.path}` : `${name}:${port}`,
  );
}
