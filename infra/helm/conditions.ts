import type { Canonical } from './canonical.ts';
import type { Decision } from './nodes.ts';

// Conditions are trees of tests, so what holds of them can be computed rather than guessed from their text.

export function both(a: Decision, b: Decision): Decision {
  if (typeof a === 'boolean') return a ? b : false;
  return { test: a.test, yes: both(a.yes, b), no: both(a.no, b) };
}

export function not(decision: Decision): Decision {
  if (typeof decision === 'boolean') return !decision;
  return { test: decision.test, yes: not(decision.yes), no: not(decision.no) };
}

export const either = (a: Decision, b: Decision): Decision => not(both(not(a), not(b)));

/** One branch of "if, else if, else": the last one asks nothing where there is nothing else it could be. */
export interface Branch<Of> {
  readonly when: Decision;
  readonly of: Of;
}

/**
 * Puts neighbours of which never two hold into one chain; what follows from the branches before, and what is known to
 * hold around all of them, is not asked again.
 */
export function chains<Of>(all: readonly Branch<Of>[], canonical: Canonical, known: Decision = true): Branch<Of>[][] {
  const chained: Branch<Of>[][] = [];
  let taken: Decision = true;
  for (const { of, when } of all) {
    const chain = chained.at(-1);
    const excluded = chain && taken !== true && when !== true && canonical.given(both(taken, when), known) === false;
    if (!excluded) {
      chained.push([{ of, when }]);
      taken = when;
      continue;
    }
    const left = canonical.decision(both(known, not(taken)));
    taken = canonical.given(either(taken, when), known);
    chain.push({ of, when: taken === true ? true : canonical.given(when, left) });
  }
  return chained;
}
