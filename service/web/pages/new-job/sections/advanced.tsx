import { getAt } from '../../../lib/paths.ts';
import { Field } from '../fields/field.tsx';
import { NumberField } from '../fields/number-field.tsx';
import { TextField } from '../fields/text-field.tsx';
import { useField, useForm } from '../form-context.tsx';
import { Fields, Section } from './section.tsx';

/** What hardly anyone needs: left empty, the platform decides. */
export function Advanced() {
  const { draft } = useForm();
  const withoutRay = ['job', 'trainingjob'].includes(String(getAt(draft, ['runtime'])));
  const container = getAt(draft, ['algorithm', 'source']) === 'container';
  return (
    <Section id="advanced" title="Overrides" help="Left empty, the platform decides." folded>
      <Fields>
        {!withoutRay && !container && (
          <TextField path={['entrypoint']} label="Entry point" mono help="Replaces the algorithm's own command." />
        )}
        {!withoutRay && <TextField path={['headImage']} label="Image of the Ray head" mono />}
        {!withoutRay && <TextField path={['workerImage']} label="Image of the Ray workers" mono />}
        <TextField path={['pvcName']} label="Existing volume claim" help="Used instead of a new volume." />
        <KeepVolume />
        <TextField path={['credentialsSecret']} label="Secret with the storage keys" help="In the job's namespace." />
        <NumberField path={['clusterCount']} label="Number of clusters" help="Each runs a whole copy. Usually 1." />
      </Fields>
    </Section>
  );
}

/** Of the volume that is made for the job: an existing one is never removed. */
function KeepVolume() {
  const { draft } = useForm();
  const { id, value, error, set } = useField(['keepVolume']);
  if (getAt(draft, ['pvcName'])) return null;
  return (
    <Field id={id} label="Results after the end" error={error}>
      {(control) => (
        <select
          {...control}
          value={String(value === true)}
          onChange={({ target }) => set(target.value === 'true' || undefined)}
          className="control"
        >
          <option value="false">Kept for some days</option>
          <option value="true">Kept until the job is deleted</option>
        </select>
      )}
    </Field>
  );
}
