import type { AuthConfig } from '../auth/authenticator.ts';
import { ENV } from '../contract.ts';
import { SETTINGS, type SettingName, type SettingValues } from './settings.ts';
import { type Environment, given } from './sources.ts';
import { isLoopback } from './values.ts';

/** What each way of knowing callers cannot do without. */
const NEEDS = {
  none: [],
  tokens: ['authTokensFile'],
  oidc: ['oidcIssuer', 'oidcAudience', 'oidcRolesFile'],
} as const satisfies Record<AuthConfig['kind'], readonly SettingName[]>;

const isGiven = (name: SettingName, environment: Environment): boolean =>
  given(SETTINGS[name], [], environment) !== undefined;

/** Said outright, or told by what is set; undefined when nothing was said, which is safe on loopback only. */
function kindOf(values: SettingValues, environment: Environment): AuthConfig['kind'] | undefined {
  if (isGiven('auth', environment)) return values.auth;
  if (isGiven('authTokensFile', environment)) return 'tokens';
  return isGiven('oidcIssuer', environment) ? 'oidc' : undefined;
}

export function authMistakes(values: SettingValues, environment: Environment): string[] {
  const kind = kindOf(values, environment);
  const mistakes: string[] = [];
  if (!isGiven('auth', environment) && isGiven('authTokensFile', environment) && isGiven('oidcIssuer', environment)) {
    mistakes.push(
      `${ENV.authTokensFile} and ${ENV.oidcIssuer} are both set: say which by ${ENV.auth}=tokens or ${ENV.auth}=oidc`,
    );
  }
  for (const name of kind ? NEEDS[kind] : []) {
    const { variable, help } = SETTINGS[name];
    if (!isGiven(name, environment)) mistakes.push(`${variable} is not set, but callers are known by ${kind}: ${help}`);
  }
  if (!isGiven('auth', environment) && kind === undefined && values.host !== undefined && !isLoopback(values.host)) {
    mistakes.push(
      `${ENV.host}=${values.host} can be reached by others, and nothing says who they are: give ${ENV.authTokensFile} or ` +
        `${ENV.oidcIssuer}, or say ${ENV.auth}=none to let everyone in, or listen on 127.0.0.1`,
    );
  }
  return mistakes;
}

/** Of settings without a mistake. */
export function authOf(values: SettingValues, environment: Environment): AuthConfig | undefined {
  const kind = kindOf(values, environment);
  const v = values as Required<SettingValues>;
  if (kind === 'tokens') return { kind, file: v.authTokensFile };
  if (kind === 'oidc') {
    return {
      kind,
      issuer: v.oidcIssuer,
      audience: v.oidcAudience,
      clientId: values.oidcClientId ?? null,
      groupsClaim: v.oidcGroupsClaim,
      rolesFile: v.oidcRolesFile,
    };
  }
  return kind && { kind };
}
