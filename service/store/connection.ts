import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** As libpq names them, but for `allow`, which no one should want. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof SSL_MODES)[number];

/** Where the database is and how to enter. `toString` and `toJSON` leave the password out, so that it cannot slip into a log. */
export class DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly sslMode: SslMode;
  readonly #password: string | undefined;
  readonly #rootCertificate: string | undefined;

  constructor(parameters: ReadonlyMap<string, string>) {
    this.host = parameters.get('host') ?? 'localhost';
    this.port = parsePort(parameters.get('port') ?? '5432');
    this.user = parameters.get('user') ?? fail('user is missing');
    this.database = parameters.get('dbname') ?? this.user;
    this.#password = parameters.get('password');
    const rootCertificateFile = parameters.get('sslrootcert');
    // As in libpq: a root certificate is given to be checked.
    this.sslMode = parseSslMode(parameters.get('sslmode') ?? (rootCertificateFile ? 'verify-ca' : 'prefer'));
    this.#rootCertificate = rootCertificateFile === undefined ? undefined : readCertificate(rootCertificateFile);
    if (this.host.includes(',')) fail('host names several servers; give the address of the one that takes writes');
  }

  get password(): string | undefined {
    return this.#password;
  }

  /** What TLS is given; false for none. `prefer` begins with TLS, see Database. */
  get tls(): ConnectionOptions | false {
    if (this.sslMode === 'disable' || this.host.startsWith('/')) return false;
    const name = isIP(this.host) ? {} : { servername: this.host };
    if (this.sslMode === 'prefer' || this.sslMode === 'require') return { ...name, rejectUnauthorized: false };
    return {
      ...name,
      rejectUnauthorized: true,
      ...(this.#rootCertificate === undefined ? {} : { ca: this.#rootCertificate }),
      // The chain alone counts; for verify-full Node's own comparison with the host's name stays.
      ...(this.sslMode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    };
  }

  toString(): string {
    return `${this.user}@${this.host}:${this.port}/${this.database} (sslmode=${this.sslMode})`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Both spellings that PostgreSQL's own tools take. Errors name the parameter, never a value: it may be the password. */
export function parseConnection(text: string): DatabaseAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text.trim())?.[1]?.toLowerCase();
  if (scheme !== undefined && !/^postgres(ql)?$/.test(scheme)) fail('a URL must begin with postgresql://');
  const parameters = scheme ? fromUrl(text.trim()) : fromKeywords(text);
  for (const name of parameters.keys()) {
    if (!(KNOWN as readonly string[]).includes(name)) {
      fail(`parameter ${show(name)} is not known. Known are: ${KNOWN.join(', ')}`);
    }
  }
  return new DatabaseAddress(parameters);
}

/** The last ones are taken and change nothing: our sessions set them themselves, or have no use for them. */
const KNOWN = [
  'host',
  'port',
  'user',
  'password',
  'dbname',
  'sslmode',
  'sslrootcert',
  'application_name',
  'connect_timeout',
  'timezone',
] as const;

function fromUrl(text: string): Map<string, string> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return fail('it is no valid URL. Are characters such as / ? # @ : in the password percent-encoded?');
  }
  const parameters = new Map<string, string>();
  const add = (name: string, value: string) => {
    if (value !== '') parameters.set(name, decode(name, value));
  };
  add('host', url.hostname.replace(/^\[(.*)\]$/, '$1'));
  add('port', url.port);
  add('user', url.username);
  add('password', url.password);
  const path = url.pathname.slice(1);
  if (path.includes('/')) fail('the database name must not contain "/" (percent-encode it as %2F)');
  add('dbname', path);
  // Parameters after the "?" are decoded by URLSearchParams already, but it reads "+" as a space, which libpq does not.
  for (const pair of url.search.slice(1).split('&').filter(Boolean)) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    parameters.set(canonical(decode('parameter name', name)), decode(name, value));
  }
  return parameters;
}

/**
 * libpq's keyword form: name = value, separated by blanks; a value with blanks (or an empty one) in single quotes; a backslash takes
 * the next character as it is, inside quotes and outside.
 */
function fromKeywords(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  let at = 0;
  const skipBlanks = () => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  for (skipBlanks(); at < text.length; skipBlanks()) {
    const start = at;
    while (at < text.length && !/[\s=]/.test(text[at] ?? '')) at++;
    const name = text.slice(start, at);
    skipBlanks();
    // The word itself is not shown: after a blank that should have been quoted, it is the rest of a password.
    if (name === '' || text[at] !== '=') {
      fail(`"=" is missing after a word at character ${start + 1} (values with blanks need 'single quotes')`);
    }
    at++;
    skipBlanks();
    const [value, next] = readValue(text, at, name);
    at = next;
    const known = canonical(name);
    if (parameters.has(known)) fail(`parameter ${show(name)} is given twice`);
    if (value !== '') parameters.set(known, value);
  }
  if (parameters.size === 0) fail('it is empty');
  return parameters;
}

function readValue(text: string, start: number, name: string): [value: string, next: number] {
  const quoted = text[start] === "'";
  let value = '';
  for (let at = quoted ? start + 1 : start; ; at++) {
    const character = text[at];
    if (character === undefined) {
      if (quoted) fail(`the quote that begins the value of ${show(name)} is not closed`);
      return [value, at];
    }
    if (quoted && character === "'") return [value, at + 1];
    if (!quoted && /\s/.test(character)) return [value, at];
    if (character === '\\') {
      at++;
      if (text[at] === undefined) fail(`the value of ${show(name)} ends with a lone backslash`);
      value += text[at];
    } else value += character;
  }
}

const canonical = (name: string): string => (name.toLowerCase() === 'database' ? 'dbname' : name.toLowerCase());

function decode(name: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return fail(`${show(name)} has a "%" that begins no percent-encoding (write %25 for a "%")`);
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535 ? port : fail('port must be a number from 1 to 65535');
}

function parseSslMode(text: string): SslMode {
  return SSL_MODES.find((mode) => mode === text) ?? fail(`sslmode must be one of ${SSL_MODES.join(', ')}`);
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`sslrootcert cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Parameter names are words; what is not may be a piece of a password that was not quoted. */
const show = (name: string): string => (/^[A-Za-z_]{1,30}$/.test(name) ? `"${name}"` : '(not shown)');

function fail(reason: string): never {
  throw new Error(`The address of the database is not understood: ${reason}`);
}
