import { useState } from 'react';
import { messageOf } from '../../api/problem.ts';
import { type Draft, isDraft } from '../../lib/draft.ts';
import { Field } from './fields/field.tsx';

/** The request as text: what is written here is in the form, and the other way round. */
export function JsonView({
  draft,
  onChange,
  onValid,
}: {
  draft: Draft;
  onChange: (draft: Draft) => void;
  onValid: (valid: boolean) => void;
}) {
  const [text, setText] = useState(() => JSON.stringify(draft, null, 2));
  const [error, setError] = useState<string>();
  const change = (next: string): void => {
    setText(next);
    const problem = read(next, onChange);
    setError(problem);
    onValid(problem === undefined);
  };
  return (
    <div className="card p-4 sm:p-6">
      <Field
        id="json"
        label="The request as JSON"
        help="As POST /api/v1/jobs takes it. Changes here are in the form, too."
        error={error}
      >
        {(control) => (
          <textarea
            {...control}
            rows={28}
            spellCheck={false}
            autoComplete="off"
            value={text}
            onChange={(event) => change(event.target.value)}
            className="control font-mono text-xs leading-5"
          />
        )}
      </Field>
    </div>
  );
}

/** What is wrong with the text; nothing when it was taken over. */
const read = (text: string, take: (draft: Draft) => void): string | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (!isDraft(value)) return 'The request must be an object: { "jobName": ... }';
    take(value);
    return undefined;
  } catch (error) {
    return `This is not valid JSON yet: ${messageOf(error)}`;
  }
};
