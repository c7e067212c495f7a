/** More curves in one picture cannot be told apart. */
export const MAX_COMPARED = 5;

/** Of the address: "?ids=a,b". */
export const comparedIds = (search: string): readonly string[] => [
  ...new Set((new URLSearchParams(search).get('ids') ?? '').split(',').filter((id) => id !== '')),
];
