import { Copy } from 'lucide-react';
import { useMe } from '../../api/me.ts';
import type { Job } from '../../api/types.ts';
import { ButtonLink } from '../../components/button.tsx';
import { YamlBlocks } from '../../components/yaml-blocks.tsx';
import { mayChange } from '../../lib/permissions.ts';

export function RequestPanel({ job }: { job: Job }) {
  const me = useMe().data;
  return (
    <div className="grid grid-cols-1 gap-3 p-4 sm:p-5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-ink-soft">What was asked for, with the defaults filled in.</p>
        {mayChange(me, job.namespace) && (
          <ButtonLink href={`/new?from=${encodeURIComponent(job.id)}`} icon={Copy}>
            Clone into the form
          </ButtonLink>
        )}
      </div>
      <YamlBlocks what="the request" separator="" blocks={blocksOf(job.request)} />
    </div>
  );
}

/** What stands by itself first, then each group of fields under its own name. */
const blocksOf = (request: Job['request']) => {
  const fields = Object.entries(request);
  const isGroup = ([, value]: [string, unknown]): boolean => typeof value === 'object' && value !== null;
  const isEmpty = ([, value]: [string, unknown]): boolean => Object.keys(value ?? {}).length === 0;
  return [
    { title: 'Job', value: Object.fromEntries(fields.filter((field) => !isGroup(field))) },
    ...fields
      .filter((field) => isGroup(field) && !isEmpty(field))
      .map(([name, value]) => ({ title: name, value: { [name]: value } })),
  ];
};
