import { TextField } from '../fields/text-field.tsx';
import { Fields, Section } from './section.tsx';

export function Output() {
  return (
    <Section id="output" title="Output">
      <Fields>
        <TextField
          path={['outputDataConfig', 'artifactUri']}
          label="Put the model at"
          placeholder="s3://models/churn/"
          help="Told to the training as ARTIFACT_URI. The job's volume keeps its results in any case."
          className="xl:col-span-2"
        />
      </Fields>
    </Section>
  );
}
