import type { Job } from '../../api/types.ts';
import { useJobManifest } from '../../api/use-job.ts';
import { Failed, Loading } from '../../components/notice.tsx';
import { YamlBlocks } from '../../components/yaml-blocks.tsx';

/** The objects as YAML, ready for kubectl. */
export function ManifestPanel({ job }: { job: Job }) {
  const manifest = useJobManifest(job.id);
  return (
    <div className="grid grid-cols-1 gap-3 p-4 sm:p-5">
      <p className="text-ink-soft">
        What is applied to Karmada for this job, in this order: the {job.kind} and what goes with it.
      </p>
      {manifest.data ? (
        <YamlBlocks
          what="the manifest"
          separator={'---\n'}
          blocks={manifest.data.map((object) => ({ title: `${object.kind} ${object.metadata.name}`, value: object }))}
        />
      ) : manifest.isError ? (
        <Failed what="The manifest" error={manifest.error} retry={() => void manifest.refetch()} />
      ) : (
        <Loading what="the manifest" />
      )}
    </div>
  );
}
