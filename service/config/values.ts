import { z } from 'zod';
import { DURATION_UNITS, LINK_PLACES, MAX_LINKS } from '../contract.ts';
import type { ServicePort } from '../kube/service-port.ts';
import { addressOf, type ObjectAddress } from '../objects/object-storage.ts';
import { type DatabaseAddress, parseConnection } from '../store/connection.ts';

// Settings come as text, from the environment or the command line. Each schema here turns one kind of text into a value,
// and its message says what is allowed, since the message is all that an operator sees.

/** Text such as 500ms, 1s, 2m, 1h or 7d, as milliseconds. */
export const duration = ({ least, most }: { least: string; most: string }) => {
  const allowed = `a duration from ${least} to ${most}: a whole number and its unit, such as 500ms, 1s, 2m or 1h`;
  return z.string().transform((text, context) => {
    const milliseconds = parseDuration(text);
    if (milliseconds !== undefined && milliseconds >= bound(least) && milliseconds <= bound(most)) return milliseconds;
    context.addIssue({ code: 'custom', message: `must be ${allowed}` });
    return z.NEVER;
  });
};

function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(0|[1-9][0-9]*)(ms|s|m|h|d)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * DURATION_UNITS[unit as keyof typeof DURATION_UNITS];
}

function bound(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new Error(`${text} is no duration`);
  return milliseconds;
}

export const integer = ({ least, most }: { least: number; most: number }) =>
  z
    .string()
    .trim()
    .regex(/^-?\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`);

export const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

export const host = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9.:-]+$/, 'must be an address to listen on, such as 127.0.0.1, 0.0.0.0 or ::');

const dnsName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
export const kubernetesName = z.string().regex(dnsName, 'must be the name of a Kubernetes object: a-z, 0-9, - and .');

export const imageReference = z
  .string()
  .regex(/^[a-z0-9][\w.:/@-]*$/i, 'must be an image reference, such as rayproject/ray:2.46.0');

export const httpsUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}, 'must be an https:// address (http:// only on loopback)');

export const httpUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}, 'must be an http:// or https:// address without a password in it');

export const s3Folder = z.string().transform((text, context): ObjectAddress => {
  const found = addressOf(text.replace(/\/+$/, ''));
  if (found) return found;
  context.addIssue({ code: 'custom', message: 'must be a folder of a bucket, such as s3://bucket/workdirs' });
  return z.NEVER;
});

/** A Service in each member, and where below it the API of a Prometheus begins. */
export const prometheusService = z.string().transform((text, context) => {
  const name = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
  const [, namespace, scheme, service, port, path = ''] =
    new RegExp(`^(${name})/(?:(https?):)?(${name}):([1-9]\\d{0,4}|${name})((?:/[-._~a-zA-Z0-9]+)*)/?$`).exec(text) ??
    [];
  const isAbove = path.split('/').some((part) => /^\.{1,2}$/.test(part));
  if (namespace === undefined || service === undefined || port === undefined || isAbove) {
    context.addIssue({
      code: 'custom',
      message: 'must be namespace/name:port, such as monitoring/prometheus-operated:9090',
    });
    return z.NEVER;
  }
  const server: ServicePort = { namespace, name: service, port, scheme: scheme === 'https' ? 'https' : 'http' };
  return { service: server, path };
});

/** Only http and https: a link that a job's own name could turn into a script is none. */
const isLinkTemplate = (text: string): boolean => {
  const places = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
  return (
    /^https?:\/\/[^/{}?#\s]/.test(text) &&
    places.every((name) => LINK_PLACES.some((known) => known === name)) &&
    URL.canParse(text.replaceAll(/\{\w+\}/g, 'x'))
  );
};

const linkList = z
  .array(
    z.strictObject({
      label: z.string().trim().min(1).max(40),
      url: z
        .string()
        .max(2000)
        .refine(isLinkTemplate, {
          error: `must be an http:// or https:// address that names nothing but ${LINK_PLACES.map((name) => `{${name}}`).join(', ')}`,
        }),
    }),
  )
  .max(MAX_LINKS);

/** Links of a job to other systems, as JSON. */
export const links = z.string().transform((text, context): z.output<typeof linkList> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON: [{"label": "...", "url": "https://..."}]' });
    return z.NEVER;
  }
  const parsed = linkList.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) {
    context.addIssue({ code: 'custom', message: `${path.length > 0 ? `${path.join('.')} ` : ''}${message}` });
  }
  return z.NEVER;
});

/** A comma-separated list of origins as browsers send them: scheme, host, port, no path. */
export const origins = z.string().transform((text, context) => {
  const list = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const origin of list) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    const reason = origin === '*' ? '* would let any site act for a signed-in user' : `${origin} is not an origin`;
    context.addIssue({
      code: 'custom',
      message: `${reason}; must be a comma-separated list such as https://ml.example.com,http://localhost:5173`,
    });
  }
  return list;
});

/** What express calls `trust proxy`: how many proxies stand before us, or whose X-Forwarded-For is believed. */
export const trustProxy = z
  .string()
  .trim()
  .transform((text, context): number | string[] => {
    if (/^\d{1,2}$/.test(text)) return Number(text);
    const list = text.split(',').map((part) => part.trim());
    if (list.every((part) => /^(loopback|linklocal|uniquelocal|[0-9a-fA-F.:]+(\/\d{1,3})?)$/.test(part))) return list;
    context.addIssue({
      code: 'custom',
      message: 'must be the number of proxies before the service, or a list of their addresses (10.0.0.0/8, loopback)',
    });
    return z.NEVER;
  });

/** Both forms that libpq takes. The connection keeps its password to itself, wherever it is printed. */
export const database = z.string().transform((text, context): DatabaseAddress => {
  try {
    return parseConnection(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

export const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '::1' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
