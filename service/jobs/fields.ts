type Fields = Readonly<Record<string, unknown>>;

/** Of what was written by others: an object's fields, none of anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
