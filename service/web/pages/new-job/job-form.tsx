import type { FocusEvent } from 'react';
import { Advanced } from './sections/advanced.tsx';
import { Algorithm } from './sections/algorithm.tsx';
import { Basics } from './sections/basics.tsx';
import { Channels } from './sections/channels.tsx';
import { Hyperparameters } from './sections/hyperparameters.tsx';
import { Output } from './sections/output.tsx';
import { Parameters } from './sections/parameters.tsx';
import { Placement } from './sections/placement.tsx';
import { Resources } from './sections/resources.tsx';

const CONTENTS = [
  ['basics', 'Job'],
  ['algorithm', 'Algorithm'],
  ['hyperparameters', 'Hyperparameters'],
  ['resources', 'Resources and time'],
  ['data', 'Input data'],
  ['output', 'Output'],
  ['placement', 'Target clusters'],
  ['parameters', 'Environment'],
  ['advanced', 'Overrides'],
] as const;

export function JobForm({ onBlur }: { onBlur: (event: FocusEvent<HTMLElement>) => void }) {
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[11rem_minmax(0,1fr)]">
      <nav aria-label="Sections of the form" className="sticky top-6 max-lg:hidden">
        <ul className="grid gap-0.5">
          {CONTENTS.map(([id, title]) => (
            <li key={id}>
              <a href={`#${id}`} className="block rounded-lg px-3 py-1.5 text-ink-soft hover:bg-hover hover:text-ink">
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only hears of fields that are left */}
      <div className="grid min-w-0 gap-4" onBlur={onBlur}>
        <Basics />
        <Algorithm />
        <Hyperparameters />
        <Resources />
        <Channels />
        <Output />
        <Placement />
        <Parameters />
        <Advanced />
      </div>
    </div>
  );
}
