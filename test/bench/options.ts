import { Command, InvalidArgumentError } from 'commander';

/** `npm run bench -- <name>`: what every bench takes; its own options are added to it. */
export const benchCommand = (name: string, description: string): Command =>
  new Command(`npm run bench -- ${name}`).description(description).option('--json', 'only the figures, as JSON');

/** A whole number from 1. */
export function count(value: string): number {
  if (/^[1-9]\d{0,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('a whole number from 1');
}
