import { secondsOf } from '../../../lib/length-of-time.ts';
import { formatDuration } from '../../../lib/time.ts';
import { NumberField } from '../fields/number-field.tsx';
import { useField } from '../form-context.tsx';
import { Fields, Section } from './section.tsx';

/** What is no length of time yet goes as it is: the service then says what it wants. */
const parseLength = (text: string): unknown => (text.trim() === '' ? undefined : (secondsOf(text) ?? text.trim()));

const INSTANCE = ['resources', 'instanceResources'];

export function Resources() {
  const { value: seconds } = useField(['stoppingCondition', 'maxRuntimeSeconds']);
  return (
    <Section
      id="resources"
      title="Resources and time"
      help="Each instance is a worker of this size; they train together."
    >
      <Fields>
        <NumberField path={[...INSTANCE, 'cpuCores']} label="CPU" unit="cores" />
        <NumberField path={[...INSTANCE, 'memoryGiB']} label="Memory" unit="GiB" />
        <NumberField path={[...INSTANCE, 'gpuCount']} label="GPUs" />
        <NumberField path={['resources', 'instanceCount']} label="Instances" />
        <NumberField path={['resources', 'volumeSizeGB']} label="Volume for results" unit="GiB" />
        <NumberField
          path={['stoppingCondition', 'maxRuntimeSeconds']}
          label="Stop after"
          unit="s"
          parse={parseLength}
          help={
            typeof seconds === 'number' && seconds > 0
              ? `${formatDuration(seconds * 1000)}. The job then ends as failed.`
              : 'In seconds, or as 90m, 2h or 1d.'
          }
        />
      </Fields>
    </Section>
  );
}
