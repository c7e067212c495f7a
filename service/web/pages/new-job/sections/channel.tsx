import { Folded } from '../../../components/folded.tsx';
import type { Path } from '../../../lib/paths.ts';
import { ChoiceField } from '../fields/choice-field.tsx';
import { TextField } from '../fields/text-field.tsx';
import { useField } from '../form-context.tsx';
import { Fields } from './section.tsx';

const PROVIDERS = [
  ['aws', 'Amazon S3'],
  ['minio', 'MinIO'],
  ['gcs', 'Google Cloud Storage'],
  ['azure', 'Azure Blob Storage'],
  ['custom', 'Other, S3-compatible'],
] as const;

const TYPES = [
  ['', 'As its name says'],
  ['train', 'Training'],
  ['validation', 'Validation'],
  ['test', 'Test'],
] as const;

/** These have one address for everyone. */
const KNOWN_ADDRESS = new Set<unknown>(['aws', 'gcs']);

export function Channel({ path }: { path: Path }) {
  const { value: provider } = useField([...path, 'storageProvider']);
  const { value: endpoint } = useField([...path, 'endpoint']);
  const at = (field: string): Path => [...path, field];
  return (
    <>
      <Fields>
        <TextField path={at('channelName')} label="Channel" options={['train', 'validation', 'test']} />
        <ChoiceField path={at('channelType')} label="Used for" options={TYPES} />
        <ChoiceField path={at('storageProvider')} label="Storage" options={PROVIDERS} />
        {(!KNOWN_ADDRESS.has(provider) || endpoint !== undefined) && (
          <TextField path={at('endpoint')} label="Endpoint" placeholder="https://minio.example.com" />
        )}
        <TextField path={at('bucket')} label="Bucket" placeholder="datasets" />
        <TextField path={at('prefix')} label="Prefix" placeholder="churn/2026/train.parquet" />
      </Fields>
      <div className="mt-3">
        <Folded label="Columns and content type">
          <Fields>
            <TextField
              path={at('contentType')}
              label="Content type"
              options={['text/csv', 'application/x-parquet', 'text/libsvm']}
            />
            <TextField path={at('labelName')} label="Label column" help="The one to predict." />
            <TextField
              path={at('featureNames')}
              label="Feature columns"
              help="Separated by commas; left empty, all others."
            />
            <TextField
              path={at('csvColumns')}
              label="Columns of a CSV without header"
              help="Separated by commas, in their order."
            />
          </Fields>
        </Folded>
      </div>
    </>
  );
}
