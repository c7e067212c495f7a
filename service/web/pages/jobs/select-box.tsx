import type { ChangeEventHandler, Ref } from 'react';

/** A checkbox at the beginning of a row, with room around it that belongs to it: boxes themselves are too small to be hit. */
export function SelectBox({
  label,
  checked,
  onChange,
  ref,
}: {
  label: string;
  checked: boolean;
  onChange: ChangeEventHandler<HTMLInputElement>;
  ref?: Ref<HTMLInputElement>;
}) {
  return (
    <label className="-m-2 grid size-9 cursor-pointer place-items-center">
      <span className="sr-only">{label}</span>
      <input ref={ref} type="checkbox" checked={checked} onChange={onChange} className="size-5 accent-accent" />
    </label>
  );
}
