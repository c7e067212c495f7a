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
      <nav
        aria-label="Sections of the form"
        className="sticky top-6 max-lg:top-0 max-lg:z-10 max-lg:-mx-4 max-lg:overflow-x-auto max-lg:bg-page max-lg:px-4 max-lg:py-1 max-lg:sm:-mx-6"
      >
        <ul className="grid gap-0.5 max-lg:flex">
          {CONTENTS.map(([id, title]) => (
            <li key={id}>
              <a
                href={`#${id}`}
                className="block rounded-lg px-3 py-1.5 whitespace-nowrap text-ink-soft hover:bg-hover hover:text-ink max-lg:py-2.5"
              >
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
