import { readFileSync } from 'node:fs';

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

const root = new URL('../../', import.meta.url);
const ICON = 'service/web/public/favicon.svg';

/** What package.json says, and the icon of the page. */
export function readProject(): Project {
  const { author, homepage, keywords, license, repository, version } = JSON.parse(
    readFileSync(new URL('package.json', root), 'utf8'),
  ) as Omit<Project, 'icon'>;
  const icon = `data:image/svg+xml;base64,${readFileSync(new URL(ICON, root)).toString('base64')}`;
  return { author, homepage, keywords, license, repository, version, icon };
}
