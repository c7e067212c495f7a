import { broughtByUser, type CreatedAtDeploy } from '../../constructs/created-at-deploy.ts';
import type { Settings } from './settings.ts';

/** The certificate of the progress endpoint is made by the operator itself. */
export const createdAtDeploy = (settings: Settings): CreatedAtDeploy[] => broughtByUser(settings);
