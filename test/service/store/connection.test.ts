import { expect, test } from 'vitest';
import { parseConnection } from '../../../service/store/connection.ts';

const SECRET = "s3cr'et \\ p/w@:%";
const read = (text: string) => {
  const { host, port, user, password, database, sslMode } = parseConnection(text);
  return { host, port, user, password, database, sslMode };
};

test.each([
  ['postgresql://u:p@db.example:6543/jobs?sslmode=require', 'db.example', 6543, 'u', 'p', 'jobs', 'require'],
  ['postgres://u@db/jobs', 'db', 5432, 'u', undefined, 'jobs', 'prefer'],
  ['postgresql://u:%2F%3A%40%25@[::1]:5432/a%20b', '::1', 5432, 'u', '/:@%', 'a b', 'prefer'],
  ['postgresql:///jobs?host=/var/run/postgresql&user=u', '/var/run/postgresql', 5432, 'u', undefined, 'jobs', 'prefer'],
  ['postgresql://u@db?password=a+b', 'db', 5432, 'u', 'a+b', 'u', 'prefer'],
  ['host=db user=u password=p dbname=jobs sslmode=disable', 'db', 5432, 'u', 'p', 'jobs', 'disable'],
  [
    "  host = 'db'  port=6543\nuser='u v' password='it\\'s \\\\ ok' dbname = jobs ",
    'db',
    6543,
    'u v',
    "it's \\ ok",
    'jobs',
    'prefer',
  ],
  ['host=db user=u password=a\\ b dbname=jobs', 'db', 5432, 'u', 'a b', 'jobs', 'prefer'],
  ["host=db user=u password='' dbname=jobs", 'db', 5432, 'u', undefined, 'jobs', 'prefer'],
  ["host=db user=u password='a=b c=d' dbname=jobs", 'db', 5432, 'u', 'a=b c=d', 'jobs', 'prefer'],
  ['host=db user=u dbname=jobs sslmode=disable TimeZone=Asia/Shanghai', 'db', 5432, 'u', undefined, 'jobs', 'disable'],
  ['user=u', 'localhost', 5432, 'u', undefined, 'u', 'prefer'],
])('reads %s', (text, host, port, user, password, database, sslMode) => {
  expect(read(text)).toEqual({ host, port, user, password, database, sslMode });
});

test.each([
  ['', /empty/],
  ['   ', /empty/],
  ['host=db dbname=jobs', /user is missing/],
  ['postgresql://db/jobs', /user is missing/],
  [`host=db user=u password=${SECRET}`, /not closed|"=" is missing/],
  ['host=db user=u password=two words', /"=" is missing after a word at character 29/],
  ["host=db user=u password='open", /"password" is not closed/],
  ['host=db user=u password=end\\', /lone backslash/],
  ['host=db user=u port=99999', /port must be a number from 1 to 65535/],
  ['host=db user=u port=5432x', /port must be/],
  ['host=db user=u sslmode=maybe', /sslmode must be one of disable, prefer, require, verify-ca, verify-full/],
  ['host=db user=u sslmode=allow', /sslmode must be one of/],
  ['host=db user=u hots=x', /"hots" is not known. Known are: host,/],
  ['host=db user=u user=v', /"user" is given twice/],
  ['host=a,b user=u', /several servers/],
  ['host=db user=u sslrootcert=/nowhere', /sslrootcert cannot be read \(ENOENT\)/],
  ['postgresql://u:p#w@db/jobs', /not understood/],
  ['mysql://u:p@db/jobs', /must begin with postgresql:\/\//],
  ['postgresql://u:100%@db/jobs', /"password" has a "%"/],
  ['postgresql://u@db:port/jobs', /no valid URL/],
  ['postgresql://u@db/jobs?sslmode=off', /sslmode must be one of/],
  ['postgresql://u@db/jobs?x=y', /"x" is not known/],
  ['postgresql://u@db/a/b', /must not contain "\/"/],
  ['db.example:5432', /"=" is missing/],
])('refuses %s', (text, message) => {
  expect(() => parseConnection(text)).toThrow(message);
});

test('never shows the password: not in errors, not when printed, not as JSON', () => {
  const secret = 'hunter2hunter2';
  const bad = [
    `postgresql://u:${secret}@db/jobs?nonsense=${secret}`,
    `postgresql://u:${secret}%@db/jobs`,
    `postgresql://u:${secret}@db:x/jobs`,
    `host=db user=u password=${secret} password=${secret}`,
    `host=db user=u password=x ${secret} dbname=d`,
    `host=db user=u password='${secret}`,
    `host=db user=u password='x' ${secret}9=y`,
    `host=db user=u password=${secret} port=${secret}`,
    `host=db user=u password=${secret} sslmode=${secret}`,
    `host=db user=u password=${secret} sslrootcert=${secret}`,
  ];
  for (const text of bad) {
    const error = (() => {
      try {
        return parseConnection(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error, text.replaceAll(secret, '...')).toBeInstanceOf(Error);
    expect(String(error)).not.toContain(secret);
    expect(String((error as Error).cause ?? '')).not.toContain(secret);
  }
  const connection = parseConnection(`host=db user=u password=${secret} dbname=jobs`);
  expect(`${connection} ${JSON.stringify({ connection })}`).not.toContain(secret);
  expect(String(connection)).toBe('u@db:5432/jobs (sslmode=prefer)');
});

test('TLS: none, unchecked, checked by chain, checked by chain and name', () => {
  const tls = (rest: string) => parseConnection(`host=db user=u ${rest}`).tls;

  expect(tls('sslmode=disable')).toBe(false);
  expect(parseConnection('host=/run/postgresql user=u sslmode=require').tls).toBe(false);
  expect(tls('sslmode=require')).toEqual({ servername: 'db', rejectUnauthorized: false });
  expect(tls('sslmode=verify-full')).toEqual({ servername: 'db', rejectUnauthorized: true });
  expect(tls('sslmode=verify-ca')).toMatchObject({
    rejectUnauthorized: true,
    checkServerIdentity: expect.any(Function),
  });
});
