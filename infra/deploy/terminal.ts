/** Where a command is read from and written to. */
export interface Terminal {
  readonly isTTY: boolean;
  readonly input: NodeJS.ReadableStream;
  write(line: string): void;
  complain(line: string): void;
}

export const ownTerminal = (): Terminal => ({
  isTTY: process.stdout.isTTY ?? false,
  input: process.stdin,
  write: (line) => console.log(line),
  complain: (line) => console.error(line),
});
