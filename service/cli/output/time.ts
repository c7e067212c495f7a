import { wrongUse } from '../failures.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** 42s, 5m10s, 3h, 2d4h: the two largest units, the second one only where it says something. */
export const duration = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const index = Math.max(
    0,
    UNITS.findIndex(([, size]) => seconds >= size),
  );
  const [unit, size] = seconds === 0 ? (['s', 1] as const) : (UNITS[index] ?? ['s', 1]);
  const many = Math.floor(seconds / size);
  const next = UNITS[index + 1];
  const rest = next && many < 10 ? Math.floor((seconds % size) / next[1]) : 0;
  return `${many}${unit}${rest > 0 ? `${rest}${next?.[0]}` : ''}`;
};

export const age = (time: string | null, now = Date.now()): string =>
  time === null ? '' : duration(now - Date.parse(time));

/** "90", "90s", "2h", "1h30m" -> seconds. */
export const secondsOf = (text: string): number => {
  const parts = [...text.matchAll(/(\d+)([smhd]?)/g)];
  if (text === '' || parts.map(([whole]) => whole).join('') !== text) {
    throw wrongUse(`${text} is no length of time`, 'For example 90s, 15m, 2h or 1h30m.');
  }
  return parts.reduce(
    (sum, [, number, unit]) => sum + Number(number) * (UNITS.find(([name]) => name === unit)?.[1] ?? 1),
    0,
  );
};
