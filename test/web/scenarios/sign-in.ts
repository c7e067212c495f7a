import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { temporaryFile } from '../../service/api/world.ts';
import { startIdentityProvider } from '../identity-provider.ts';
import type { SceneNow } from '../scene.ts';
import { accessibilityBreaches, visit } from '../visit.ts';

export const signIn = (now: SceneNow): void => {
  const entry = (name: string, role: string) => ({
    name,
    role,
    namespaces: ['default'],
    sha256: createHash('sha256').update(`token-of-${name}`).digest('hex'),
  });

  const serviceWith = async (environment: Record<string, string>): Promise<string> => {
    const service = await now().platform.beside(environment);
    onTestFinished(() => service.stop());
    return service.url;
  };
  const fileOf = async (content: unknown): Promise<string> => {
    const file = await temporaryFile(stringify(content));
    onTestFinished(() => file.remove());
    return file.path;
  };

  test('a token lets one in, as far as its role goes, and signing out leaves nothing behind', async () => {
    const { browser, platform } = now();
    const { id } = await platform.submit({ jobName: 'for-viewers', algorithm: { algorithmName: 'xgboost' } });
    const url = await serviceWith({
      AUTH_TOKENS_FILE: await fileOf([entry('vera', 'viewer'), entry('sam', 'submitter')]),
    });
    const page = await visit(browser, `${url}/jobs/${id}`);
    const enter = async (token: string) => {
      await page.getByLabel('Access token').fill(token);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    };
    await page.getByLabel('Access token').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await enter('wrong');
    await page.getByText('does not know this token').waitFor();

    await enter('token-of-vera');
    await page.getByRole('heading', { level: 1, name: /for-viewers/ }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /Cancel|Retry|Delete|Suspend/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: /New job|Clone/ }).count()).toBe(0);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: /for-viewers/ }).waitFor();

    await page.locator('summary').getByText('vera').click();
    await page.getByText('Role: viewer in default').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await page.evaluate('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])')).not.toMatch(
      /vera|for-viewers/,
    );

    await enter('token-of-sam');
    await page.getByRole('button', { name: 'Delete' }).waitFor();
    const own = await fetch(`${url}/api/v1/jobs`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer token-of-sam' },
      body: JSON.stringify({ jobName: 'of-sam', algorithm: { algorithmName: 'xgboost' } }),
    });
    expect(own.status).toBe(201);
    await page.getByRole('link', { name: 'Jobs', exact: true }).first().click();
    await page.getByRole('button', { name: 'Mine', pressed: false }).click();
    await expect.poll(() => page.getByRole('row').getByRole('link').allInnerTexts()).toEqual(['of-sam']);
    expect(new URL(page.url()).searchParams.get('owner')).toBe('sam');
    await page.getByRole('button', { name: 'Mine', pressed: true }).click();
    await page.getByRole('link', { name: 'for-viewers' }).waitFor();
  });

  test('OIDC: to the identity provider and back to where one was, by code with PKCE', async () => {
    const provider = await startIdentityProvider();
    onTestFinished(() => provider.close());
    const url = await serviceWith({
      OIDC_ISSUER: provider.url,
      OIDC_AUDIENCE: 'ml-platform',
      OIDC_CLIENT_ID: 'page',
      OIDC_ROLES_FILE: await fileOf([{ group: 'ml', role: 'submitter', namespaces: ['*'] }]),
    });
    const page = await visit(now().browser, `${url}/clusters`);
    const button = page.getByRole('button', { name: 'Sign in with your organisation' });
    provider.refuseNext();
    await button.click();
    await page.getByText(/refused: access_denied/).waitFor();
    await button.click();
    // Where one was when the provider refused: the start.
    await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('summary').getByText('ann', { exact: true }).waitFor();
    expect(provider.seen).toMatchObject({ client_id: 'page', code_challenge_method: 'S256', verified: true });
    // Before the token ends, another takes its place; nobody is asked anything.
    await expect.poll(() => provider.seen.renewedWith).toBe('to-renew-with');
    await expect.poll(() => page.evaluate('sessionStorage.getItem("session")')).toContain('to-renew-with');
    await page.getByText('Live', { exact: true }).waitFor();
    await expect.poll(() => page.getByRole('heading', { level: 1, name: 'Jobs' }).count()).toBe(1);
  });
};
