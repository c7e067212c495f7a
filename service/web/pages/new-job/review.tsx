import { type ReactNode, useMemo } from 'react';
import { useAlgorithms } from '../../api/lists.ts';
import type { DryRun } from '../../api/types.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { Folded } from '../../components/folded.tsx';
import { type Draft, emptyDraft } from '../../lib/draft.ts';
import { fieldLabel } from '../../lib/field-labels.ts';
import { getAt, type Path } from '../../lib/paths.ts';
import { changedFields } from '../../lib/request-facts.ts';
import { formatDuration } from '../../lib/time.ts';
import { sameValue } from './fields/parameter-words.ts';
import { textOf } from './fields/text-field.tsx';

/** What differs from an empty form, in words, before it is sent; the rest is as usual. */
export function Review({ draft, foreseen }: { draft: Draft; foreseen: DryRun | undefined }) {
  const algorithms = useAlgorithms().data;
  const at = (...path: Path): string => textOf(getAt(draft, path));
  const container = ['container', 'custom'].includes(at('algorithm', 'source'));
  const name = at('algorithm', 'algorithmName');
  const algorithm = algorithms?.find((one) => one.name === name);
  const instance = (field: string): string => at('resources', 'instanceResources', field) || 'default';
  const gpus = at('resources', 'instanceResources', 'gpuCount');
  const seconds = getAt(draft, ['stoppingCondition', 'maxRuntimeSeconds']);
  const clusters = listAt(draft, ['targetClusters']).map(textOf).join(', ');
  const parameters = useMemo(
    () => changedFields((getAt(draft, ['hyperparameters', name]) ?? {}) as object, algorithm),
    [draft, name, algorithm],
  );
  const usual = useMemo<Draft>(() => ({ ...emptyDraft('default'), ...FILLED_IN }), []);
  const differs = (field: string): boolean => {
    const value = getAt(draft, [field]);
    return value !== undefined && value !== '' && !sameValue(value, usual[field]);
  };
  const channels = listAt(draft, ['inputDataConfig']);
  const others = OTHERS.filter(differs);
  const variables = Object.entries((getAt(draft, ['customHyperparameters']) ?? {}) as object);
  return (
    <div className="grid gap-4">
      <dl className="card grid gap-x-8 gap-y-4 p-5 sm:p-6 md:grid-cols-2">
        <Row name="Name">{at('jobName') || <Missing>no name yet</Missing>}</Row>
        <Row name="Algorithm">
          {container ? `${at('algorithm', 'imageUri') || 'no image yet'}` : (algorithm?.title ?? name)}
        </Row>
        {differs('namespace') && <Row name="Namespace">{at('namespace')}</Row>}
        {differs('priority') && <Row name="Priority">{at('priority')}</Row>}
        {differs('resources') && (
          <Row name="Resources">
            {at('resources', 'instanceCount') || '1'} × {instance('cpuCores')} cores, {instance('memoryGiB')} GiB
            {gpus !== '' && gpus !== '0' && `, ${gpus} GPU`}; volume {at('resources', 'volumeSizeGB') || '50'} GiB
          </Row>
        )}
        {differs('stoppingCondition') && (
          <Row name="Stops after">
            {typeof seconds === 'number' ? formatDuration(seconds * 1000) : textOf(seconds) || '4 h 00 min'}
          </Row>
        )}
        {differs('keepVolume') && <Row name={fieldLabel(['keepVolume'])}>kept until the job is deleted</Row>}
        {clusters !== '' && <Row name="Clusters">{clusters}</Row>}
        {differs('outputDataConfig') && <Row name="Output">{at('outputDataConfig', 'artifactUri')}</Row>}
        {channels.length > 0 && (
          <Row name="Input data" wide>
            <List items={channels.map(channelInWords)} />
          </Row>
        )}
        {!container && parameters.length > 0 && (
          <Row name="Hyperparameters" wide>
            <List items={parameters.map(([field, value]) => `${field} = ${value}`)} columns />
          </Row>
        )}
        {variables.length > 0 && (
          <Row name="Environment" wide>
            <List items={variables.map(([variable, value]) => `${variable} = ${textOf(value)}`)} columns />
          </Row>
        )}
        {others.map((field) => (
          <Row key={field} name={fieldLabel([field])}>
            {at(field)}
          </Row>
        ))}
      </dl>
      <p className="px-1 text-ink-soft">All else is at its defaults.</p>
      {foreseen && (
        <div className="card px-5 py-3">
          <Folded label="The request as it is understood, with all defaults">
            <CodeBlock label="the request with all defaults" text={JSON.stringify(foreseen.request, null, 2)} />
          </Folded>
        </div>
      )}
      <div className="card px-5 py-3">
        <Folded label="The request as it is sent">
          <CodeBlock label="the request" text={JSON.stringify(draft, null, 2)} />
        </Folded>
      </div>
    </div>
  );
}

/** What the service writes into each request; a clone brings it along. */
const FILLED_IN = { runtime: 'ray', clusterCount: 1, keepVolume: false };

/** Places that an empty form does not have. */
const OTHERS = [
  'runtime',
  'workdir',
  'entrypoint',
  'command',
  'args',
  'headImage',
  'workerImage',
  'pvcName',
  'credentialsSecret',
  'clusterCount',
];

const listAt = (draft: Draft, path: Path): readonly unknown[] => {
  const value = getAt(draft, path);
  return Array.isArray(value) ? value : [];
};

const channelInWords = (channel: unknown): string => {
  const said = (field: string): string => textOf(getAt(channel, [field]));
  const place = [said('bucket'), said('prefix')].filter(Boolean).join('/');
  const provider = said('endpoint') || said('storageProvider');
  return `${said('channelName') || 'unnamed'}: ${place || 'no bucket yet'}${provider && ` (${provider})`}`;
};

function Row({ name, wide = false, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={`min-w-0 ${wide ? 'md:col-span-2' : ''}`}>
      <dt className="text-xs text-ink-faint">{name}</dt>
      <dd className="mt-0.5 wrap-anywhere">{children}</dd>
    </div>
  );
}

function Missing({ children }: { children: ReactNode }) {
  return <span className="text-failed">{children}</span>;
}

function List({ items, columns = false }: { items: readonly string[]; columns?: boolean }) {
  return (
    <ul className={columns ? 'grid gap-x-6 font-mono text-xs leading-6 sm:grid-cols-2 lg:grid-cols-3' : 'grid gap-1'}>
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}
