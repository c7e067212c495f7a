/** More curves in one picture cannot be told apart. */
export const MAX_COMPARED = 5;

/** Of the address: "?ids=a,b". */
export const comparedIds = (search: string): readonly string[] => [
  ...new Set((new URLSearchParams(search).get('ids') ?? '').split(',').filter((id) => id !== '')),
];

/** What each is called in a legend: jobs that share a name, as one and its retry do, are told apart by a number. */
export const labelsOf = (names: readonly string[]): readonly string[] =>
  names.map((name, place) => {
    const same = names.filter((each) => each === name);
    if (same.length === 1) return name;
    return `${name} (${names.slice(0, place + 1).filter((each) => each === name).length})`;
  });
