import { useMe } from '../../../api/me.ts';
import { namespacesToSubmit } from '../../../lib/permissions.ts';
import { NumberField } from '../fields/number-field.tsx';
import { TextField } from '../fields/text-field.tsx';
import { Fields, Section } from './section.tsx';

export function Basics() {
  const namespaces = namespacesToSubmit(useMe().data);
  return (
    <Section id="basics" title="Job">
      <Fields>
        <TextField
          path={['jobName']}
          label="Name"
          placeholder="churn-model"
          help={'Lower-case letters, digits and "-", at most 54. The id adds eight characters, so names may repeat.'}
        />
        <TextField
          path={['namespace']}
          label="Namespace"
          placeholder="default"
          {...(namespaces && { options: namespaces })}
          help="Where it runs in the cluster."
        />
        <NumberField path={['priority']} label="Priority" help="Higher is dispatched first. 500 is usual." />
      </Fields>
    </Section>
  );
}
