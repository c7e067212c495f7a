/** Text, or a number. In JSON nothing else begins so. */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * As JSON.parse, which gives whole numbers beyond 2^53 other last digits and says nothing: they are kept as text instead. A variable
 * then arrives as it was sent, and a field that wants a number says so.
 */
export function parseExactly(json: string): unknown {
  // First, for what is no JSON may have a quote that never ends, which would be looked for anew from each quote in it: 90 s of 256 KiB.
  const value: unknown = JSON.parse(json);
  if (!/\d{16}/.test(json)) return value;
  const exact = json.replace(TEXT_OR_NUMBER, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  );
  return exact === json ? value : JSON.parse(exact);
}
