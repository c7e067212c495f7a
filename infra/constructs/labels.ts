import { LABELS } from '../../service/contract.ts';
import type { CommonSettings } from '../settings/fragments.ts';

const NAME = 'app.kubernetes.io/name';
export const INSTANCE = 'app.kubernetes.io/instance';
/** On Services, as the instance, under a name of our own: Argo CD writes its application's name over that one, where it tracks by label. */
export const INSTALLATION = 'mlplatform.io/installation';
const COMPONENT = 'app.kubernetes.io/component';
const PART_OF = 'app.kubernetes.io/part-of';

/** What a stack is called, and this installation of it. */
interface Installation {
  readonly name: string;
  readonly instance: string;
}

/** On every object of a stack. Labels that users choose are put before these, which no user's label replaces. */
export function stackLabels(
  stack: string,
  { commonLabels, namePrefix }: Pick<CommonSettings, 'commonLabels' | 'namePrefix'>,
): Record<string, string> {
  return { ...commonLabels, ...installationLabels({ name: stack, instance: namePrefix + stack }) };
}

/** What tells which stack an object is of, and which installation of it. */
export const installationLabels = ({ instance, name }: Installation): Record<string, string> => ({
  [INSTANCE]: instance,
  [PART_OF]: name,
  [LABELS.managedBy]: 'cdk8s',
});

/** What selects a workload's pods. A Deployment's selector can never be changed, so nothing else goes in here. */
export function selectorLabels({ instance }: Installation, name: string): Record<string, string> {
  return { [NAME]: name, [INSTANCE]: instance };
}

/** On a workload's pods and on the objects that belong to it; `app` is what the first documentation selects by. */
export function workloadLabels(stack: Installation, name: string, component: string): Record<string, string> {
  return {
    ...selectorLabels(stack, name),
    [COMPONENT]: component,
    [PART_OF]: stack.name,
    app: name,
  };
}
