import { LABELS } from '../../service/contract.ts';

export const NAME = 'app.kubernetes.io/name';
export const INSTANCE = 'app.kubernetes.io/instance';
export const COMPONENT = 'app.kubernetes.io/component';
export const PART_OF = 'app.kubernetes.io/part-of';

/** On every object of a stack. */
export function stackLabels(stack: string, extra: Record<string, string>): Record<string, string> {
  return { ...extra, [INSTANCE]: stack, [PART_OF]: stack, [LABELS.managedBy]: 'cdk8s' };
}

/** What selects a workload's pods. A Deployment's selector can never be changed, so nothing else goes in here. */
export function selectorLabels(stack: string, name: string): Record<string, string> {
  return { [NAME]: name, [INSTANCE]: stack };
}

/** On a workload's pods and on the objects that belong to it; `app` is what the first documentation selects by. */
export function workloadLabels(stack: string, name: string, component: string): Record<string, string> {
  return { ...selectorLabels(stack, name), [COMPONENT]: component, [PART_OF]: stack, app: name };
}
