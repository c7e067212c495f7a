import { readdirSync } from 'node:fs';

// npm run bench -- <name> [options]: runs the file of that name beside this one.

const [name, ...args] = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !['main.ts', 'median.ts', 'options.ts'].includes(file))
  .map((file) => file.slice(0, -'.ts'.length));

if (name === undefined || name === '--help' || !names.includes(name)) {
  const usage = `npm run bench -- <name> [options]\n\n  ${names.join('\n  ')}\n\nnpm run bench -- <name> --help tells the options.`;
  if (name === undefined || name === '--help') {
    console.log(usage);
  } else {
    console.error(`There is no bench "${name}".\n\n${usage}`);
    process.exitCode = 1;
  }
} else {
  const bench: { run(args: string[]): Promise<void> } = await import(`./${name}.ts`);
  await bench.run(args);
}
