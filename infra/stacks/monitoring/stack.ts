import { ArgoApplication } from '../../constructs/argocd.ts';
import { ChartApplications } from '../../constructs/foreign-chart.ts';
import { StackNamespace } from '../../constructs/namespace.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { BuildContext } from '../definition.ts';
import { raiseAlerts } from './alerts.ts';
import { certify } from './certificates.ts';
import { foreignCharts } from './charts.ts';
import { check } from './check.ts';
import { drawDashboards } from './dashboards.ts';
import { expose } from './exposure.ts';
import { restrict } from './policies.ts';
import type { Settings } from './settings.ts';
import { scrapeOperator } from './targets.ts';

/** What watches the others: scraping, alerts and dashboards of trainings, and a Grafana that is safe to show. */
export function build(stack: Stack, settings: Settings, { environment }: BuildContext): void {
  new StackNamespace(stack, 'namespace');
  scrapeOperator(stack, settings);
  raiseAlerts(stack, settings);
  drawDashboards(stack);
  // An Ingress to a Grafana that is not the stack's own is refused.
  certify(stack, settings);
  expose(stack, settings);
  restrict(stack, settings);
  check(stack, settings);
  new ChartApplications(stack, foreignCharts(settings));
  new ArgoApplication(stack, { name: `monitoring-${environment}`, path: `charts-out/monitoring/${environment}` });
}
