import { useQuery } from '@tanstack/react-query';
import { CodeBlock } from './code-block.tsx';
import { CopyButton } from './copy-button.tsx';
import { Folded } from './folded.tsx';
import { Failed, Loading } from './notice.tsx';

interface Block {
  readonly title: string;
  readonly value: unknown;
}

/** Each block as YAML under a heading that folds it away; all of it can be copied at once. The writer is fetched only when someone looks. */
export function YamlBlocks({ what, blocks, separator }: { what: string; blocks: readonly Block[]; separator: string }) {
  const texts = useQuery({
    queryKey: ['yaml', what, blocks],
    queryFn: async () => {
      const { stringify } = await import('yaml');
      return blocks.map(({ value }) => stringify(value, { lineWidth: 0 }));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (texts.isError) return <Failed what={what} error={texts.error} retry={() => void texts.refetch()} />;
  if (!texts.data) return <Loading what={what} />;
  return (
    <div className="grid grid-cols-1 gap-2">
      <div className="flex items-center gap-1 text-xs text-ink-faint">
        All of it
        <CopyButton text={texts.data.join(separator)} label={`Copy ${what}`} />
      </div>
      {blocks.map(({ title }, index) => (
        <Folded key={`${title}-${texts.data[index]?.length}`} label={title} open>
          <CodeBlock label={title} text={texts.data[index] ?? ''} />
        </Folded>
      ))}
    </div>
  );
}
