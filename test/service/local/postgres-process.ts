// Starts a PostgreSQL as `npm start` does, says where it is, and lives until it is told to stop or killed. Run by postgres.test.ts.
import { startPostgres } from '../../../service/local/postgres/start-postgres.ts';

const lines: string[] = [];
const server = await startPostgres({ directory: process.argv[2] ?? '', log: (line) => lines.push(line) });
const { stop, ...told } = server;
process.stdout.write(`${JSON.stringify({ ...told, lines })}\n`);
process.on('SIGTERM', () => void stop().then(() => process.exit(0)));
setInterval(() => undefined, 60_000);
