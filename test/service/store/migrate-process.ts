// A replica that starts: migrates, says so, and ends. Run by migrate.test.ts, several at once.
import { parseConnection } from '../../../service/store/connection.ts';
import { createStore } from '../../../service/store/create-store.ts';

const migrated: object[] = [];
const log = { info: (details: object) => void migrated.push(details), warn: () => undefined };
const store = createStore({ connection: parseConnection(process.env.DATABASE_URL ?? ''), poolSize: 1, log });
// All wait for the same moment, so that they race.
await new Promise((resolve) => process.stdin.once('data', resolve));
await store.migrate();
await store.check();
await store.close();
process.stdout.write(JSON.stringify(migrated));
process.exit(0);
