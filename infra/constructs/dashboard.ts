import { Construct } from 'constructs';
import { readableJson } from '../data/readable-json.ts';
import { k8s } from './k8s.ts';
import { stackOf } from './stack.ts';

export interface Panel {
  readonly title: string;
  /** PromQL, by the legend of its line. */
  readonly lines: Readonly<Record<string, string>>;
  /** Grafana's unit: "s", "short", "percentunit", "reqps". */
  readonly unit: string;
}

export interface DashboardProps {
  /** Name of the ConfigMap, and the dashboard's uid. */
  readonly name: string;
  readonly title: string;
  readonly panels: Panel[];
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in, not we.
const DATA_SOURCE = '${datasource}';

const COLUMNS = 2;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 8;

/** A Grafana dashboard in a ConfigMap that Grafana's sidecar finds by its label, where monitoring is switched on. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const stack = stackOf(this);
    if (!stack.settings.monitoring.enabled) return;
    const name = stack.named(props.name);
    const file = `${name}.json`;
    new k8s.KubeConfigMap(this, 'dashboard', {
      metadata: { name, labels: { grafana_dashboard: '1' } },
      data: { [file]: `${readableJson(dashboardModel({ ...props, name }))}\n` },
    });
  }
}

/** The dashboard as Grafana stores it; its data source is chosen on the page. */
export function dashboardModel({ name, panels, title }: DashboardProps): object {
  return {
    uid: name,
    title,
    schemaVersion: 39,
    editable: false,
    refresh: '10s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }] },
    panels: panels.map((panel, index) => ({
      id: index + 1,
      type: 'timeseries',
      title: panel.title,
      datasource: { type: 'prometheus', uid: DATA_SOURCE },
      fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
      gridPos: { x: (index % COLUMNS) * WIDTH, y: Math.floor(index / COLUMNS) * HEIGHT, w: WIDTH, h: HEIGHT },
      targets: Object.entries(panel.lines).map(([legendFormat, expr], line) => ({
        refId: String.fromCharCode('A'.charCodeAt(0) + line),
        expr,
        legendFormat,
      })),
    })),
  };
}
