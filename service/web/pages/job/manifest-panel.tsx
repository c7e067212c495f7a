import { useQuery } from '@tanstack/react-query';
import type { Job } from '../../api/types.ts';
import { useJobManifest } from '../../api/use-job.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { Failed, Loading } from '../../components/notice.tsx';

/** The objects as YAML, ready for kubectl. The writer is fetched only when someone looks here. */
export function ManifestPanel({ job }: { job: Job }) {
  const manifest = useJobManifest(job.id);
  const text = useQuery({
    queryKey: ['manifest-text', manifest.data],
    queryFn: async () => {
      const { stringify } = await import('yaml');
      return (manifest.data ?? []).map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
    },
    enabled: manifest.data !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const failed = manifest.error ?? text.error;
  return (
    <div className="grid gap-3 p-4 sm:p-5">
      <p className="text-ink-soft">
        What is applied to Karmada for this job, in this order: the {job.kind} and what goes with it.
      </p>
      {text.data !== undefined ? (
        <CodeBlock label="the manifest" text={text.data} />
      ) : failed ? (
        <Failed what="The manifest" error={failed} retry={() => void manifest.refetch()} />
      ) : (
        <Loading what="the manifest" />
      )}
    </div>
  );
}
