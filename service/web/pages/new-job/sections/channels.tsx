import { ArrowDown, ArrowUp, Copy, Database, Plus, Trash2 } from 'lucide-react';
import { useRef } from 'react';
import { Button, IconButton } from '../../../components/button.tsx';
import { getAt } from '../../../lib/paths.ts';
import { useField } from '../form-context.tsx';
import { Channel } from './channel.tsx';
import { Section } from './section.tsx';

const PATH = ['inputDataConfig'];
const USUAL_NAMES = ['train', 'validation', 'test'];

const nameOf = (channel: unknown): string => {
  const name = getAt(channel, ['channelName']);
  return typeof name === 'string' ? name : '';
};

export function Channels() {
  const { value, set, error, id } = useField(PATH);
  const channels: readonly unknown[] = Array.isArray(value) ? value : [];
  const list = useRef<HTMLOListElement>(null);

  /** The focus goes with the channel, or to its neighbour. */
  const change = (next: readonly unknown[], focus: number): void => {
    set(next);
    requestAnimationFrame(() => {
      const item = list.current?.children[Math.min(focus, next.length - 1)];
      item?.querySelector<HTMLElement>('h3')?.focus();
    });
  };
  const freeName = (): string => {
    const taken = channels.map(nameOf);
    return USUAL_NAMES.find((name) => !taken.includes(name)) ?? `channel-${channels.length + 1}`;
  };
  const add = (): void =>
    change(
      [...channels, { channelName: freeName(), sourceType: 'object-storage', storageProvider: 'aws' }],
      channels.length,
    );
  const duplicate = (index: number): void => {
    const copy = { ...(channels[index] as object), channelName: freeName(), channelType: undefined };
    change(
      [...channels.slice(0, index + 1), JSON.parse(JSON.stringify(copy)), ...channels.slice(index + 1)],
      index + 1,
    );
  };
  const move = (index: number, step: 1 | -1): void => {
    const next = [...channels];
    next.splice(index + step, 0, ...next.splice(index, 1));
    change(next, index + step);
  };

  return (
    <Section
      id="data"
      title="Input data"
      help="Where the training finds its data in object storage. The keys to it come from a Secret in the cluster, never from here."
      aside={
        <Button icon={Plus} onClick={add}>
          Add a channel
        </Button>
      }
    >
      <div id={id} tabIndex={-1}>
        {error && <p className="font-medium text-failed">{error}</p>}
      </div>
      {channels.length === 0 ? (
        <p className="flex items-center gap-2 text-ink-soft">
          <Database aria-hidden className="size-4 text-ink-faint" />
          No channels. Most algorithms want one named train, and often one named validation.
        </p>
      ) : (
        <ol ref={list} className="grid gap-4">
          {channels.map((channel, index) => {
            const name = nameOf(channel) || `channel ${index + 1}`;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: the place is the identity; the fields hold no state of their own
              <li key={index} className="rounded-lg border border-line p-4">
                <div className="mb-3 flex items-center justify-between gap-2">
                  <h3 tabIndex={-1} className="min-w-0 font-medium wrap-anywhere outline-none">
                    {name}
                  </h3>
                  <div className="flex">
                    <IconButton
                      icon={ArrowUp}
                      label={`Move ${name} up`}
                      disabled={index === 0}
                      onClick={() => move(index, -1)}
                    />
                    <IconButton
                      icon={ArrowDown}
                      label={`Move ${name} down`}
                      disabled={index === channels.length - 1}
                      onClick={() => move(index, 1)}
                    />
                    <IconButton icon={Copy} label={`Duplicate ${name}`} onClick={() => duplicate(index)} />
                    <IconButton
                      icon={Trash2}
                      label={`Remove ${name}`}
                      onClick={() => change(channels.toSpliced(index, 1), index)}
                    />
                  </div>
                </div>
                <Channel path={[...PATH, index]} />
              </li>
            );
          })}
        </ol>
      )}
    </Section>
  );
}
