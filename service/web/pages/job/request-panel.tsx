import { Copy } from 'lucide-react';
import { useMe } from '../../api/me.ts';
import type { Job } from '../../api/types.ts';
import { ButtonLink } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { mayChange } from '../../lib/permissions.ts';

export function RequestPanel({ job }: { job: Job }) {
  const me = useMe().data;
  return (
    <div className="grid gap-3 p-4 sm:p-5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-ink-soft">What was asked for, with the defaults filled in.</p>
        {mayChange(me, job.namespace) && (
          <ButtonLink href={`/new?from=${encodeURIComponent(job.id)}`} icon={Copy}>
            Clone into the form
          </ButtonLink>
        )}
      </div>
      <CodeBlock label="the request" text={JSON.stringify(job.request, null, 2)} />
    </div>
  );
}
