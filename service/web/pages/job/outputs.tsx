import { useMutation } from '@tanstack/react-query';
import { Download, File } from 'lucide-react';
import { apiBase } from '../../api/client.ts';
import { messageOf } from '../../api/problem.ts';
import { getJobOutput } from '../../api/service.ts';
import { useSession } from '../../api/session.ts';
import type { Outputs as AllOutputs, Job } from '../../api/types.ts';
import { useJobOutputs } from '../../api/use-job.ts';
import { Breakable } from '../../components/breakable.tsx';
import { IconButton } from '../../components/button.tsx';
import { Folded } from '../../components/folded.tsx';
import { Failed, Loading } from '../../components/notice.tsx';
import { toast } from '../../components/toasts.tsx';
import { saveFile } from '../../lib/download.ts';
import { formatBytes } from '../../lib/quantity.ts';
import { plural } from '../../lib/text.ts';

type Output = AllOutputs['outputs'][number];

/** A training that keeps every checkpoint leaves hundreds of files. */
const SHOWN = 10;

/** What the job has left: its model, result.json; where it cannot be had here, where it is and why not. */
export function Outputs({ job }: { job: Job }) {
  const outputs = useJobOutputs(job.id);
  if (outputs.isPending) return <Loading what="the outputs" rows={2} />;
  if (!outputs.data) return <Failed what="The outputs" error={outputs.error} retry={() => void outputs.refetch()} />;
  const { outputs: all, why } = outputs.data;
  return (
    <div className="mt-3 grid gap-2">
      <List job={job} outputs={all.slice(0, SHOWN)} />
      {all.length > SHOWN && (
        <Folded label={plural(all.length - SHOWN, 'more file')}>
          <List job={job} outputs={all.slice(SHOWN)} />
        </Folded>
      )}
      {why && <p className="text-ink-soft wrap-break-word">{why}</p>}
    </div>
  );
}

function List({ job, outputs }: { job: Job; outputs: readonly Output[] }) {
  if (outputs.length === 0) return null;
  return (
    <ul className="grid">
      {outputs.map((output) => (
        <li key={output.name} className="flex min-h-9 min-w-0 items-center gap-2.5">
          <File aria-hidden className="size-4 shrink-0 text-ink-faint" />
          <span className="min-w-0 flex-1 font-mono text-xs" title={output.uri}>
            <Breakable text={output.name} />
          </span>
          {output.sizeBytes !== null && (
            <span className="text-xs whitespace-nowrap text-ink-faint tabular-nums">
              {formatBytes(output.sizeBytes)}
            </span>
          )}
          {output.href !== null && <Get job={job} name={output.name} href={output.href} />}
        </li>
      ))}
    </ul>
  );
}

/** A link where nobody has to prove who asks, so that the browser writes it to the disk as it comes. */
function Get({ job, name, href }: { job: Job; name: string; href: string }) {
  const session = useSession();
  const label = `Download ${name}`;
  const fetched = useMutation({
    mutationFn: async () => saveFile(name.split('/').at(-1) ?? name, await getJobOutput(job.id, name)),
    onError: (error) => toast('failed', `${name} could not be downloaded: ${messageOf(error)}`),
  });
  if (session !== null) {
    return <IconButton icon={Download} label={label} disabled={fetched.isPending} onClick={() => fetched.mutate()} />;
  }
  return (
    <a
      href={`${apiBase()}${href}`}
      download
      title={label}
      aria-label={label}
      className="grid size-9 shrink-0 place-items-center rounded-lg text-ink-soft hover:bg-hover hover:text-ink"
    >
      <Download aria-hidden className="size-4.5" />
    </a>
  );
}
