const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** Seconds of "2h", "90 min", "1h 30m" or "3600"; undefined for what is no length of time. */
export const secondsOf = (text: string): number | undefined => {
  const trimmed = text.trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(min|[smhd])(?![a-z])\s*/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== trimmed) return undefined;
  return parts.reduce((sum, [, amount, unit = 's']) => sum + Math.round(Number(amount) * (SECONDS[unit] ?? 1)), 0);
};
