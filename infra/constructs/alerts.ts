import { Construct } from 'constructs';
import { PrometheusRule } from '../../imports/monitoring.coreos.com.ts';
import { installationLabels } from './labels.ts';
import { stackOf } from './stack.ts';

export interface Alert {
  readonly name: string;
  /** PromQL; true while there is something to tell. */
  readonly expr: string;
  /** How long it must be true. */
  readonly holds: string;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  /** What to look at first. */
  readonly description: string;
}

export interface AlertsProps {
  readonly name: string;
  /** Page with a section for each alert, named as the alert. */
  readonly runbooks?: string;
  readonly alerts: Alert[];
}

/** Alerts for prometheus-operator, where monitoring is switched on. */
export class Alerts extends Construct {
  constructor(scope: Construct, id: string, { alerts, name, runbooks }: AlertsProps) {
    super(scope, id);
    const stack = stackOf(this);
    const { monitoring } = stack.settings;
    if (!monitoring.enabled) return;
    new PrometheusRule(this, 'rule', {
      metadata: { name: stack.named(name), labels: { ...monitoring.labels, ...installationLabels(stack) } },
      spec: { groups: [{ name: stack.named(name), rules: alerts.map((each) => rule(each, runbooks)) }] },
    });
  }
}

const rule = ({ description, expr, holds, name, severity, summary }: Alert, runbooks: string | undefined) => ({
  alert: name,
  expr,
  for: holds,
  labels: { severity },
  annotations: { summary, description, ...(runbooks && { runbook_url: `${runbooks}#${name.toLowerCase()}` }) },
});
