import { readFile } from 'node:fs/promises';
import { ENV } from '../contract.ts';
import { readSecret } from '../notify/signature.ts';
import type { SettingValues } from './settings.ts';

/** Address and secret go together, and the secret must be one. */
export async function webhookMistakes({ webhookUrl, webhookSecretFile }: SettingValues): Promise<string[]> {
  // In a cluster the file is mounted, and named, whether or not there is a webhook.
  if (webhookUrl === undefined) return [];
  if (webhookSecretFile === undefined) return [`${ENV.webhookUrl} needs ${ENV.webhookSecretFile}: messages are signed`];
  try {
    readSecret(await readFile(webhookSecretFile, 'utf8'));
    return [];
  } catch (error) {
    return [`${ENV.webhookSecretFile}=${webhookSecretFile}: ${(error as Error).message}`];
  }
}

export const webhookOf = ({ webhookUrl, webhookSecretFile }: SettingValues) =>
  webhookUrl === undefined || webhookSecretFile === undefined
    ? null
    : { url: webhookUrl, secretFile: webhookSecretFile };
