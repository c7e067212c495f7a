/** One of a few, side by side; what is chosen is pressed. None of them, where something else was chosen. */
export function Segments<Value extends string | number>({
  legend,
  options,
  value,
  disabled = false,
  onChange,
}: {
  legend: string;
  options: readonly (readonly [value: Value, label: string])[];
  value: Value | null;
  /** The others, while they cannot be chosen. */
  disabled?: boolean;
  onChange: (value: Value) => void;
}) {
  return (
    <fieldset className="flex w-fit rounded-lg border border-line-strong bg-surface p-0.5">
      <legend className="sr-only">{legend}</legend>
      {options.map(([one, label]) => (
        <button
          key={one}
          type="button"
          aria-pressed={value === one}
          disabled={disabled && value !== one}
          onClick={() => onChange(one)}
          className="min-h-8 rounded-md px-3 font-medium whitespace-nowrap text-ink-soft disabled:opacity-50 aria-pressed:bg-accent aria-pressed:text-on-accent"
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}
