const VIEWS = [
  ['form', 'Form'],
  ['json', 'JSON'],
] as const;
type View = (typeof VIEWS)[number][0];

/** Both show the same request. JSON that is not valid yet has no form. */
export function ViewSwitch({
  view,
  onChange,
  disabled,
}: {
  view: View;
  onChange: (view: View) => void;
  disabled: boolean;
}) {
  return (
    <fieldset className="flex rounded-lg border border-line-strong bg-surface p-0.5">
      <legend className="sr-only">Edit as</legend>
      {VIEWS.map(([one, label]) => (
        <button
          key={one}
          type="button"
          aria-pressed={view === one}
          disabled={disabled && view !== one}
          onClick={() => onChange(one)}
          className="min-h-8 rounded-md px-3 font-medium text-ink-soft disabled:opacity-50 aria-pressed:bg-accent aria-pressed:text-on-accent"
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}
