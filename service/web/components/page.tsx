import { type ReactNode, useEffect, useRef } from 'react';

/** The first page of a visit leaves the focus where the browser puts it; later ones move it to their heading, as a page load would. */
let firstPage = true;

/** One page: its title in the tab and as its heading, which takes the focus when one comes here by a link. */
export function Page({
  title,
  heading = title,
  actions,
  width = 'wide',
  children,
}: {
  title: string;
  heading?: ReactNode;
  actions?: ReactNode;
  width?: 'wide' | 'reading';
  children: ReactNode;
}) {
  const focus = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ML Platform`;
  }, [title]);
  useEffect(() => {
    if (!firstPage) focus.current?.focus({ preventScroll: true });
    firstPage = false;
  }, []);
  return (
    <div
      className={`mx-auto grid w-full gap-4 px-4 py-5 sm:px-6 lg:py-7 ${width === 'wide' ? 'max-w-[100rem]' : 'max-w-5xl'}`}
    >
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <h1
          ref={focus}
          tabIndex={-1}
          className="min-w-0 text-xl font-semibold tracking-tight wrap-anywhere outline-none"
        >
          {heading}
        </h1>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
