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
  readonly alerts: Alert[];
}

/** Alerts for prometheus-operator, where monitoring is switched on; each has a section in the page of runbooks, named as it. */
export class Alerts extends Construct {
  constructor(scope: Construct, id: string, { alerts, name }: AlertsProps) {
    super(scope, id);
    const stack = stackOf(this);
    const { monitoring } = stack.settings;
    if (!monitoring.enabled) return;
    new PrometheusRule(this, 'rule', {
      metadata: { name: stack.named(name), labels: { ...monitoring.labels, ...installationLabels(stack) } },
      spec: { groups: [{ name: stack.named(name), rules: alerts.map((each) => rule(each, monitoring.runbooks)) }] },
    });
  }
}

const rule = ({ description, expr, holds, name, severity, summary }: Alert, runbooks: string) => ({
  alert: name,
  expr,
  for: holds,
  labels: { severity },
  annotations: { summary, description, runbook_url: `${runbooks}#${name.toLowerCase()}` },
});
