import { CircleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { FieldError } from '../../api/problem.ts';
import { fieldLabel } from '../../lib/field-labels.ts';
import { pathKey } from '../../lib/paths.ts';
import { plural } from '../../lib/text.ts';
import { fieldId } from './form-context.tsx';

/** All that the service found wrong, each leading to its field. Takes the focus when it appears. */
export function ErrorSummary({ message, errors }: { message: string; errors: readonly FieldError[] }) {
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies(message): another refusal is to be read, too
  useEffect(() => {
    box.current?.focus();
    box.current?.scrollIntoView({ block: 'center' });
  }, [message]);
  return (
    <div ref={box} role="alert" tabIndex={-1} className="card flex gap-3 border-failed bg-failed-soft px-4 py-3">
      <CircleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-failed" />
      <div className="min-w-0 wrap-anywhere">
        <p className="font-semibold">
          {errors.length === 0 ? message : `The job was not accepted: ${plural(errors.length, 'field')} to correct.`}
        </p>
        {errors.length > 0 && (
          <ul className="mt-1 grid gap-1">
            {errors.map((error) => (
              <li key={`${pathKey(error.path)} ${error.message}`}>
                <button
                  type="button"
                  onClick={() => goTo(error)}
                  className="min-h-7 py-0.5 text-left underline underline-offset-3"
                >
                  <strong className="font-medium">{fieldLabel(error.path)}</strong> {error.message}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** The field itself, or the nearest thing around it that the form shows. */
const goTo = ({ path }: FieldError): void => {
  for (let length = path.length; length > 0; length--) {
    const field = document.getElementById(fieldId(path.slice(0, length)));
    if (field === null) continue;
    const folded = field.closest('details');
    if (folded) folded.open = true;
    field.focus();
    field.scrollIntoView({ block: 'center' });
    return;
  }
};
