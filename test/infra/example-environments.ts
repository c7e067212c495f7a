import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { plan } from '../../infra/plan.ts';
import { stacks } from '../../infra/stacks/index.ts';

const folderOf = (stack: string): string => join('infra/stacks', stack, 'environments/examples');

/** The environments that each stack shows, read as a person's own (--config): for what each of them is, its file says. */
export const exampleEnvironments = stacks.flatMap(({ name }) => {
  const folder = folderOf(name);
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  return files.flatMap((file) =>
    plan({ stack: name, config: join(folder, file) }, {}).map((planned) => ({
      ...planned,
      title: `${name}/${planned.environment}`,
    })),
  );
});
