import { ENV } from '../contract.ts';
import { SETTINGS, type SettingName, type SettingValues } from './settings.ts';
import type { Environment } from './sources.ts';

export type AuthConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'tokens'; readonly file: string }
  | {
      readonly kind: 'oidc';
      readonly issuer: string;
      readonly audience: string;
      readonly clientId: string | null;
      readonly groupsClaim: string;
      readonly rolesFile: string;
    };

/** How callers prove who they are; 'undecided' when nothing was said, which is safe on loopback only. */
export function chooseAuth(
  values: SettingValues,
  environment: Environment,
  mistakes: string[],
): AuthConfig | 'undecided' {
  const kind =
    values.auth ?? (environment[ENV.authTokensFile] ? 'tokens' : environment[ENV.oidcIssuer] ? 'oidc' : undefined);
  const need = (name: SettingName, why: string): string => {
    const value = values[name];
    if (typeof value === 'string') return value;
    const { variable, help } = SETTINGS[name];
    // A wrong value is told already.
    if (!environment[variable]) mistakes.push(`${variable} is not set, but ${why}: ${help}`);
    return '';
  };
  if (values.auth === undefined && environment[ENV.authTokensFile] && environment[ENV.oidcIssuer]) {
    mistakes.push(
      `${ENV.authTokensFile} and ${ENV.oidcIssuer} are both set: say which by ${ENV.auth}=tokens or ${ENV.auth}=oidc`,
    );
  }
  if (kind === undefined) return 'undecided';
  if (kind === 'none') return { kind };
  if (kind === 'tokens') return { kind, file: need('authTokensFile', 'callers are known by tokens') };
  const why = 'callers are known by OpenID Connect';
  return {
    kind,
    issuer: need('oidcIssuer', why),
    audience: need('oidcAudience', why),
    clientId: values.oidcClientId ?? null,
    groupsClaim: need('oidcGroupsClaim', why),
    rolesFile: need('oidcRolesFile', why),
  };
}
