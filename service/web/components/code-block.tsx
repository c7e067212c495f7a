import { CopyButton } from './copy-button.tsx';

/** Text to be read as it is: scrolls by keyboard too, and can be copied whole. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className="relative">
      <div className="absolute top-2 right-2 rounded-md bg-sunken">
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a section would need a heading of its own */}
      <pre
        role="region"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-[70dvh] overflow-auto rounded-lg border border-line bg-sunken p-4 font-mono text-xs leading-5"
      >
        {text}
      </pre>
    </div>
  );
}
