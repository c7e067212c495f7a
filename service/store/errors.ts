/** The database cannot answer now: restarting, unreachable, out of connections, or too slow. Try again later; nothing is wrong with the request. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** A cursor that this store did not make, or made for another sort order: the caller's mistake. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}
