import type { Section } from '../definition.ts';
import { certificateComesFrom } from './certificates.ts';
import { GRAFANA_INGRESS } from './exposure.ts';
import { chartNames, hostOf, PORTS } from './names.ts';
import type { Settings } from './settings.ts';

export function firstSteps(settings: Settings): Section[] {
  const { namespace, prometheusStack } = settings;
  const inNamespace = `kubectl -n ${namespace.name}`;
  if (prometheusStack.install === 'none')
    return [
      {
        title: 'What your Prometheus and Grafana find, by the labels of `monitoring`:',
        lines: [
          `${inNamespace} get servicemonitors,prometheusrules`,
          `${inNamespace} get configmaps -l grafana_dashboard=1`,
        ],
      },
    ];
  return [
    { title: 'Grafana:', lines: [wayIn(settings, inNamespace)] },
    {
      title: 'What is scraped, and what is raised:',
      lines: [
        `${inNamespace} port-forward service/${chartNames(settings).prometheus} ${PORTS.prometheus} &`,
        `curl -s 'http://localhost:${PORTS.prometheus}/api/v1/query?query=trainingjob_count'`,
      ],
    },
  ];
}

function wayIn(settings: Settings, inNamespace: string): string {
  const host = hostOf(settings);
  const scheme = certificateComesFrom(settings) === 'nowhere' ? 'http' : 'https';
  if (host !== undefined) return `${scheme}://${host}`;
  if (settings.exposure.type !== 'none')
    return `${inNamespace} get ingress ${settings.namePrefix}${GRAFANA_INGRESS}   # with its ADDRESS set exposure.address`;
  return `${inNamespace} port-forward service/${chartNames(settings).grafana} 3000:${PORTS.grafanaService}   # and http://localhost:3000`;
}
