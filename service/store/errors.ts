import pg from 'pg';

/** The database cannot answer now: restarting, unreachable, out of connections. Try again later; nothing is wrong with the request. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}

/** It is there, but did not finish this statement in the time that one has: too much was asked at once, or others are in the way. */
export class StoreTooSlow extends StoreUnavailable {
  override readonly name = 'StoreTooSlow';
}

/** More is asked at once than our sessions with it can take. */
export class StoreBusy extends StoreUnavailable {
  override readonly name = 'StoreBusy';
}

/** It answers, and does not let us in: wrong user or password. While the service runs that may pass (they are being changed). */
export class DatabaseRefused extends StoreUnavailable {
  override readonly name = 'DatabaseRefused';
}

/** The database is of a version that this program cannot work with. */
export class WrongSchema extends Error {
  override readonly name = 'WrongSchema';
}

/** A cursor that this store did not make, or made for another sort order: the caller's mistake. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}

/** A job is in the database in a form that this program does not understand. The others are not affected. */
export class UnreadableJob extends Error {
  override readonly name = 'UnreadableJob';
  readonly jobId: string;

  constructor(jobId: string, cause: unknown) {
    super(`Job ${jobId} is stored in a form that this version cannot read: ${(cause as Error).message}`, { cause });
    this.jobId = jobId;
  }
}

/** SQLSTATEs of a server that is not there now, by class or code; everything else is our mistake. */
const UNAVAILABLE = [
  '08', // connection exceptions
  '53', // out of connections, memory, disk
  '57P', // shutting down, starting up, session ended
  '58030', // the server's disk
  '25006', // read only: a standby, before the address points to the new primary
  '40001', // serialization, deadlock: tried again before it gets here
  '40P01',
  '3D000', // no such database (yet)
];

const TOO_SLOW = [
  '57014', // statement_timeout
  '55P03', // lock_timeout
];

/** Deadlock and serialization: the statement did nothing and may simply be sent again. */
export const isRepeatable = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '40P01' || error.code === '40001');

const OURS = [StoreUnavailable, WrongSchema, InvalidCursor, UnreadableJob];

/** What the caller is to see: unavailability as such; a mistake of ours with the name of the statement. */
export function translated(error: unknown, doing: string): Error {
  if (OURS.some((kind) => error instanceof kind)) return error as Error;
  if (error instanceof pg.DatabaseError) {
    const { code = '' } = error;
    if (TOO_SLOW.includes(code)) return new StoreTooSlow(`${doing}: ${error.message} (${code})`, { cause: error });
    if (code.startsWith('28')) {
      const advice = 'Check user and password in the address of the database';
      return new DatabaseRefused(`The database does not let us in: ${error.message} (${code}). ${advice}`, {
        cause: error,
      });
    }
    if (UNAVAILABLE.some((prefix) => code.startsWith(prefix))) {
      return new StoreUnavailable(`${doing}: ${error.message} (${code})`, { cause: error });
    }
    error.message = `${doing}: ${error.message} (${code})`;
    return error;
  }
  // The driver's own errors (sockets, time-outs, a session that ended) have no SQLSTATE.
  if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError) return error;
  const reason = error instanceof AggregateError ? error.errors.map(String).join(', ') : String(error);
  return new StoreUnavailable(`${doing}: ${reason}`, { cause: error });
}

export const isUniqueViolation = (error: unknown, table: string): boolean =>
  error instanceof pg.DatabaseError && error.code === '23505' && error.table === table;
