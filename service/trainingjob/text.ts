/** 3723 -> 1h2m3s, as kubectl and Go write durations. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

/** 3725 -> 1h2m: for what is only an estimate, and would otherwise change with every look. */
export function roughDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole}s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h${minutes % 60}m` : `${Math.round(hours / 24)}d`;
}

/** Of one line for a column, which the Table of a whole cluster has once for each job. */
const MAX_MEASURED = 512;

/** {loss: 0.31, accuracy: 0.9} -> loss=0.31, accuracy=0.9; undefined: nothing. As many as fit, each of six digits. */
export function measuredText(metrics: Readonly<Record<string, number>>): string | undefined {
  let text = '';
  for (const [name, value] of Object.entries(metrics)) {
    if (/[=,|\p{Cc}]/u.test(name)) continue;
    const longer = `${text}${text === '' ? '' : ', '}${name}=${Number(value.toPrecision(6))}`;
    if (longer.length <= MAX_MEASURED) text = longer;
  }
  return text === '' ? undefined : text;
}

/** What that says; anything may stand there. */
export function measuredIn(text: string): Record<string, number> {
  const pairs = text
    .slice(0, MAX_MEASURED)
    .split(', ')
    .map((pair) => /^([^=]+)=([-+.e\d]+)$/.exec(pair));
  const told = pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', Number(pair[2])] as const]));
  return Object.fromEntries(told.filter(([, value]) => Number.isFinite(value)));
}
