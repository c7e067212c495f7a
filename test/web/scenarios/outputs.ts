import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { startObjectStorage } from '../../../service/local/object-storage.ts';
import { createObjectStorage } from '../../../service/objects/object-storage.ts';
import { layoutFaults } from '../layout.ts';
import type { SceneNow } from '../scene.ts';
import { accessibilityBreaches, visit } from '../visit.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const outputs = (now: SceneNow): void => {
  /** A storage with keys that a service reads; what is put there is signed as a training signs it. */
  const storageFor = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ml-platform-outputs-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const storage = await startObjectStorage({ folder: join(folder, 'objects'), maxBytes: 1_000_000 });
    onTestFinished(() => storage.close());
    await writeFile(join(folder, 'AWS_ACCESS_KEY_ID'), storage.accessKeyId);
    await writeFile(join(folder, 'AWS_SECRET_ACCESS_KEY'), storage.secretAccessKey);
    const put = async (key: string, content: string): Promise<void> => {
      const upload = { bytes: Buffer.byteLength(content), sha256: hashOf(content) };
      const { headers: signed, url } = await createObjectStorage(storage).uploadTo(
        { bucket: 'models', key },
        upload,
        60,
      );
      // fetch sets the length itself.
      const { 'Content-Length': _, ...headers } = signed;
      expect((await fetch(url, { method: 'PUT', headers, body: Buffer.from(content) })).status).toBe(200);
    };
    const environment = {
      OBJECT_STORAGE_ENDPOINT: storage.endpoint,
      OBJECT_STORAGE_REGION: storage.region,
      OBJECT_STORAGE_KEYS: folder,
    };
    return { environment, folder, put, endpoint: storage.endpoint };
  };

  test('what a job has left is listed with its sizes and downloaded, with a token or without; or why not', async () => {
    const { browser, platform } = now();
    const { endpoint, environment, folder, put } = await storageFor();
    const { id } = await platform.submit({
      jobName: 'leaves-forever',
      algorithm: { algorithmName: 'xgboost' },
      inputDataConfig: [
        { channelName: 'train', storageProvider: 'custom', endpoint, bucket: 'input', prefix: 'train.csv' },
      ],
      outputDataConfig: { artifactUri: 's3://models/here' },
    });
    await put(`here/${id}/model/model.ubj`, 'a model');
    await put(`here/${id}/result.json`, 'x'.repeat(2048));
    await writeFile(
      join(folder, 'callers.yaml'),
      stringify([{ name: 'vera', role: 'viewer', namespaces: ['*'], sha256: hashOf('token-of-vera') }]),
    );
    const open = await platform.beside(environment);
    onTestFinished(() => open.stop());
    const signed = await platform.beside({ ...environment, AUTH_TOKENS_FILE: join(folder, 'callers.yaml') });
    onTestFinished(() => signed.stop());

    const taken = async (page: Page): Promise<[string, string]> => {
      const card = page.getByRole('region', { name: 'Outputs' });
      await card.getByText('2 KiB').waitFor();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        card.getByLabel('Download model/model.ubj').click(),
      ]);
      return [file.suggestedFilename(), await readFile(await file.path(), 'utf8')];
    };
    const page = await visit(browser, `${open.url}/jobs/${id}`);
    expect(await taken(page)).toEqual(['model.ubj', 'a model']);
    expect([...(await accessibilityBreaches(page)), ...(await layoutFaults(page))]).toEqual([]);

    await page.goto(`${signed.url}/jobs/${id}`);
    await page.getByLabel('Access token').fill('token-of-vera');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    expect(await taken(page)).toEqual(['model.ubj', 'a model']);

    // Of a service without a storage only the place is known.
    await page.goto(`${platform.url}/jobs/${id}`);
    const card = page.getByRole('region', { name: 'Outputs' });
    await card.getByText(/reads no object storage/).waitFor();
    await expect.poll(() => card.getByRole('listitem').innerText()).toBe(`s3://models/here/${id}/`);
    await page.setViewportSize({ width: 390, height: 844 });
    expect([...(await accessibilityBreaches(page)), ...(await layoutFaults(page))]).toEqual([]);
  });
};
