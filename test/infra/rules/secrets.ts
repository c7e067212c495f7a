import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { ENV } from '../../../service/contract.ts';
import { all, type Subject, title } from '../subjects.ts';

/** Text that is secret whatever the place. */
const SECRET_TEXT: Record<string, RegExp> = {
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  'a password in an address': /[a-z][a-z0-9+]*:\/\/[^\s/:@"'$]+:[^\s/:@"'$]+@/i,
  'a password assignment': /\b(password|passwd|pwd)\s*=\s*[^\s"'$]/i,
  'an AWS access key': /\bAKIA[0-9A-Z]{16}\b/,
  'a JSON web token': /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\./,
  'a bearer token': /\bBearer\s+[A-Za-z0-9._-]{20,}/,
  'a client certificate or key of a kubeconfig': /client-(key|certificate)-data:/,
};
const SECRET_NAME = /(password|passwd|secret|token|api_?key|credentials?)$/i;
/** Says which Secret is read, not what is in it. */
const NAMES_A_SECRET: readonly string[] = [ENV.credentialsSecret];
const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !NAMES_A_SECRET.includes(name);

/** What in a text looks like a secret. */
export const secretsIn = (text: string): string[] =>
  Object.entries(SECRET_TEXT).flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []));

/** No Secret object, no text that looks like a secret, no variable of a secret's name with its value beside it. */
export function nothingSecret(subject: Subject): string[] {
  const templates = subject.folders.get('secrets') ?? [];
  return all(subject).flatMap((object) => [
    ...(object.kind === 'Secret' && !(templates.includes(object) && isEmpty(object))
      ? [`${title(object)}: Secrets are made at deploy, not written`]
      : []),
    ...secretsIn(JSON.stringify(object)).map((what) => `${title(object)}: holds ${what}`),
    ...literals(object).map((name) => `${title(object)}: ${name} has its value in the manifest`),
  ]);
}

/** A template, for its values to be put in by somebody else. */
const isEmpty = ({ data, stringData = {} }: KubeObject): boolean =>
  data === undefined && Object.values(stringData as object).every((value) => value === '');

/** Variables ({name, value}) and ConfigMap keys that are named like secrets and hold text. */
function literals(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const { data, name, value: text } = value as Record<string, unknown>;
  const variable =
    typeof name === 'string' && typeof text === 'string' && text !== '' && isSecretName(name) ? [name] : [];
  const keys = data !== null && typeof data === 'object' ? Object.keys(data).filter(isSecretName) : [];
  return [...variable, ...keys, ...Object.values(value).flatMap(literals)];
}
