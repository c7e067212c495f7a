/** A line of a template before it is written: a text with whatever is inside of it, or an action of its own. */
export type Line =
  | { readonly indent: number; readonly text: string }
  /** It eats the line end before it, and perhaps the one behind it as well. */
  | { readonly indent: number; readonly action: string; readonly eatsBehind?: true };

export const isAction = (line: Line | undefined): line is Extract<Line, { action: string }> =>
  line !== undefined && 'action' in line;

export function written(line: Line): string {
  const pad = ' '.repeat(line.indent);
  if (isAction(line)) return `${pad}{{- ${line.action} ${line.eatsBehind ? '-}}' : '}}'}`;
  return line.text === '' ? '' : pad + line.text;
}
