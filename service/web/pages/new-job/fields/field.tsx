import type { ReactNode } from 'react';

/** What a control needs to be tied to its label, help and error. */
interface ControlProps {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

/** Label above, help or error below: the same for every field. */
export function Field({
  id,
  label,
  help,
  error,
  aside,
  className = '',
  children,
}: {
  id: string;
  label: ReactNode;
  help?: ReactNode;
  error?: string | undefined;
  aside?: ReactNode;
  className?: string;
  children: (control: ControlProps) => ReactNode;
}) {
  const helpId = `${id}-help`;
  const described = Boolean(help) || error !== undefined;
  return (
    <div className={`grid min-w-0 content-start gap-1.5 ${className}`}>
      <div className="flex min-h-5 items-baseline justify-between gap-2">
        <label htmlFor={id} className="min-w-0 font-medium wrap-anywhere">
          {label}
        </label>
        {aside}
      </div>
      {children({
        id,
        'aria-describedby': described ? helpId : undefined,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {described && (
        <div id={helpId} className="text-xs">
          {error !== undefined && <p className="font-medium text-failed">{sentence(error)}</p>}
          {help && <p className="text-ink-faint">{help}</p>}
        </div>
      )}
    </div>
  );
}

/** The service writes "must be at least 1", to follow the name of the field. */
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
