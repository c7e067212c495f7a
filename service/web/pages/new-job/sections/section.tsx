import type { ReactNode } from 'react';
import { Folded } from '../../../components/folded.tsx';

export function Section({
  id,
  title,
  help,
  aside,
  folded = false,
  children,
}: {
  id: string;
  title: string;
  help?: ReactNode;
  aside?: ReactNode;
  /** What few need: its fields are shown when asked for, or when one of them is wrong. */
  folded?: boolean;
  children: ReactNode;
}) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      className="card grid scroll-mt-4 max-lg:scroll-mt-16 gap-4 p-4 sm:p-6"
    >
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 id={`${id}-title`} className="text-base font-semibold">
            {title}
          </h2>
          {help && <p className="mt-0.5 text-ink-soft">{help}</p>}
        </div>
        {aside}
      </div>
      {folded ? (
        <Folded label="Show these fields">
          <div className="grid gap-4">{children}</div>
        </Folded>
      ) : (
        children
      )}
    </section>
  );
}

/** Fields side by side as the width allows. */
export function Fields({ children }: { children: ReactNode }) {
  return <div className="grid gap-x-5 gap-y-4 sm:grid-cols-2 xl:grid-cols-3">{children}</div>;
}
