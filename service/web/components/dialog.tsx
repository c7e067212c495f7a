import { type ReactNode, useEffect, useId, useRef } from 'react';

/** The browser's own modal dialog: it keeps the focus inside, closes on Escape and gives the focus back. */
export function Dialog({
  title,
  onClose,
  children,
  footer,
  wide = false,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer: ReactNode;
  wide?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className={`card max-h-[85dvh] w-[calc(100%-2rem)] flex-col overflow-hidden shadow-float open:flex ${wide ? 'max-w-3xl' : 'max-w-md'}`}
    >
      <h2 id={titleId} className="border-b border-line px-5 py-4 text-base font-semibold">
        {title}
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls must be reachable by keyboard */}
      <div tabIndex={0} className="min-h-0 overflow-y-auto px-5 py-4 -outline-offset-2">
        {children}
      </div>
      <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
    </dialog>
  );
}
