import { Fragment } from 'react';

/** An image, an address or a path: broken behind its signs, not in the middle of a word. */
export function Breakable({ text }: { text: string }) {
  const parts = text.split(/(?<=[/:@,])/);
  let at = 0;
  return (
    <span className="wrap-break-word">
      {parts.map((part) => {
        at += part.length;
        return (
          <Fragment key={at}>
            {part}
            <wbr />
          </Fragment>
        );
      })}
    </span>
  );
}
