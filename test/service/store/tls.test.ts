import { expect, test } from 'vitest';
import { freshDatabase } from '../postgres.ts';

test('a server without TLS: sslmode=prefer goes on without, require refuses and says why', async () => {
  const database = await freshDatabase();
  const withMode = (mode: string) => {
    const url = new URL(database.url);
    url.searchParams.set('sslmode', mode);
    return url.href;
  };
  const [preferring, requiring] = [
    database.store({ url: withMode('prefer') }),
    database.store({ url: withMode('require') }),
  ];

  await Promise.all([preferring.check(), preferring.check(), preferring.jobs.summary({})]);
  await preferring.migrate();
  await expect(requiring.check()).rejects.toThrow(/does not support SSL connections, and sslmode=require asks for one/);
  await expect(requiring.migrate()).rejects.toThrow(/sslmode=require asks for one/);
});
