import { request } from 'undici';
import { imagesIn } from '../data/images-in.ts';
import type { KubeObject } from '../synth/synthesize.ts';
import { credentialsFor, type Login } from './registry-login.ts';

interface Answers {
  /** Images that the registry says are not there, or not for us. */
  readonly missing: string[];
  /** Images of which nothing could be found out, and why. */
  readonly unknown: string[];
}

/**
 * Our own images, asked for where they are to be pulled from. Third parties' are left to the nodes, which often have
 * another way to them than this machine.
 */
export async function unpullableImages(objects: readonly KubeObject[], registry: string): Promise<Answers> {
  if (registry === '') return { missing: [], unknown: ['images without a registry: the nodes must have them already'] };
  const images = imagesIn(objects).filter((image) => image.startsWith(`${registry}/`));
  const answers = await Promise.all(images.map(lookUp));
  return { missing: answers.flatMap((each) => each.missing), unknown: answers.flatMap((each) => each.unknown) };
}

const TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const TIMEOUT_MS = 10_000;

async function lookUp(image: string): Promise<Answers> {
  const { host, reference, repository } = parse(image);
  const url = `${schemeOf(host)}://${host}/v2/${repository}/manifests/${reference}`;
  try {
    const login = await credentialsFor(host);
    const first = await head(url, login && basic(login));
    const challenge = String(first.headers['www-authenticate'] ?? '');
    const token = first.statusCode === 401 ? await tokenFor(challenge, login) : undefined;
    const { statusCode } = token === undefined ? first : await head(url, `Bearer ${token}`);
    if (statusCode === 404)
      return missing(
        `image ${image} is not in the registry: build and push it (BUILD_IMAGES=yes PUSH_IMAGES=yes), or set VERSION`,
      );
    if (statusCode === 401 || statusCode === 403) {
      const as = login ? `as ${login.username || 'the holder of a token'}` : 'without a login';
      return missing(
        `image ${image}: the registry ${host} does not let us see it ${as} (HTTP ${statusCode}): docker login ${host} (or podman, buildah); nodes need a pull Secret of their own (images.pullSecrets)`,
      );
    }
    if (statusCode >= 300) return unknown(`image ${image}: the registry answered HTTP ${statusCode}`);
    return { missing: [], unknown: [] };
  } catch (error) {
    return unknown(`image ${image}: the registry could not be asked: ${(error as Error).message}`);
  }
}

const missing = (text: string): Answers => ({ missing: [text], unknown: [] });
const unknown = (text: string): Answers => ({ missing: [], unknown: [text] });

async function head(url: string, authorization: string | undefined) {
  const headers = { accept: TYPES, ...(authorization !== undefined && { authorization }) };
  const answer = await request(url, { method: 'HEAD', headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  await answer.body.dump();
  return answer;
}

const basic = ({ identityToken, password, username }: Login): string | undefined =>
  identityToken === undefined ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : undefined;

/** The token service that a registry names (distribution's token authentication). */
async function tokenFor(challenge: string, login: Login | undefined): Promise<string | undefined> {
  if (!/^bearer /i.test(challenge)) return undefined;
  const said = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  if (!said.realm) return undefined;
  const answer = await askForToken(new URL(said.realm), said, login);
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    return undefined;
  }
  const { access_token, token } = (await answer.body.json()) as { access_token?: string; token?: string };
  return token ?? access_token;
}

function askForToken(url: URL, { scope = '', service = '' }: Record<string, string | undefined>, login?: Login) {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const wanted = { ...(service && { service }), ...(scope && { scope }) };
  if (login?.identityToken !== undefined) {
    const form = { grant_type: 'refresh_token', client_id: 'ml-platform-deploy', refresh_token: login.identityToken };
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return request(url, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ ...form, ...wanted }).toString(),
      signal,
    });
  }
  for (const [name, value] of Object.entries(wanted)) url.searchParams.set(name, value);
  const authorization = login && basic(login);
  return request(url, { headers: authorization === undefined ? {} : { authorization }, signal });
}

function parse(image: string): { host: string; repository: string; reference: string } {
  const [, host = '', path = ''] = /^([^/]+)\/(.+)$/.exec(image) ?? [];
  const [name = '', digest] = path.split('@');
  const [repository = '', tag = 'latest'] = name.split(':');
  return { host, repository, reference: digest ?? tag };
}

/** Docker's own rule: only registries of this machine are spoken to without TLS. */
const schemeOf = (host: string): string => (/^(localhost|127\.[\d.]+)(:\d+)?$/.test(host) ? 'http' : 'https');
