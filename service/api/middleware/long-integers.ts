/** Text, or a number. In JSON nothing else begins so. */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * JSON.parse gives whole numbers beyond 2^53 other last digits, and says nothing. They are kept as text instead: a variable then arrives
 * as it was sent, and a field that wants a number says so. undefined: there is none.
 */
export function longIntegersAsText(json: string): string | undefined {
  if (!/\d{16}/.test(json)) return undefined;
  const exact = json.replace(TEXT_OR_NUMBER, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  );
  return exact === json ? undefined : exact;
}
