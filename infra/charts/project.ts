import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../data/root.ts';

/** What all charts have in common. */
export interface Project {
  readonly version: string;
  readonly license: string;
  readonly homepage: string;
  readonly repository: { readonly url: string };
  readonly author: string;
  readonly keywords: readonly string[];
  /** As an address that needs no server. */
  readonly icon: string;
}

const ICON = 'service/web/public/favicon.svg';

/** What package.json says, and the icon of the page. */
export function readProject(): Project {
  const { author, homepage, keywords, license, repository, version } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Omit<Project, 'icon'>;
  const icon = `data:image/svg+xml;base64,${readFileSync(join(root, ICON)).toString('base64')}`;
  return { author, homepage, keywords, license, repository, version, icon };
}
