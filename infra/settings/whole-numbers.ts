/**
 * Pattern of the whole numbers from `least` to `most`, written without leading zeros: 8 to 1200 is
 * [8-9]|[1-9][0-9]{1,2}|1[0-1][0-9]{2}|1200. The range is cut into pieces whose last digits may be anything.
 */
export function wholeNumbers(least: number, most: number): string {
  const pieces: string[] = [];
  let from = least;
  while (from <= most) {
    const free = freeDigits(from, most);
    const size = 10 ** free;
    const before = Math.floor(from / size / 10);
    const digit = Math.floor(from / size) % 10;
    const lastDigit = Math.min(9, digit + Math.floor((most - from + 1) / size) - 1);
    const longest = before === 0 && digit === 1 && lastDigit === 9 ? freeDigitsUpTo(most) : free;
    pieces.push(`${before || ''}${oneOf(digit, lastDigit)}${anyDigits(free, longest)}`);
    from += (lastDigit - digit + 1) * size;
    if (longest > free) from = 10 ** (longest + 1);
  }
  return pieces.join('|');
}

/** How many of the last digits may be anything, if those before them stay as they are in `from`. */
function freeDigits(from: number, most: number): number {
  let free = 0;
  // 0 has no digits to vary: 00 is no number.
  while (from > 0 && from % 10 ** (free + 1) === 0 && from + 10 ** (free + 1) - 1 <= most) free++;
  return free;
}

/** How many digits may follow a first one: all such numbers are in the range. */
const freeDigitsUpTo = (most: number): number => String(most + 1).length - 2;

const oneOf = (first: number, last: number): string => (first === last ? String(first) : `[${first}-${last}]`);

function anyDigits(least: number, most: number): string {
  if (most === 0) return '';
  if (least === most) return most === 1 ? '[0-9]' : `[0-9]{${most}}`;
  return `[0-9]{${least},${most}}`;
}
