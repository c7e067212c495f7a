import { useLocation, useSearch } from 'wouter';
import { type LogPlace, readPlace, writePlace } from '../../lib/log-search.ts';

/** Run, pod, search and line stand in the address, so that what one looks at can be shared. */
export const useLogPlace = () => {
  const place = readPlace(useSearch());
  const [path, navigate] = useLocation();
  const goTo = (change: Partial<LogPlace>): void =>
    navigate(`${path}${writePlace({ ...readPlace(location.search), ...change })}`, { replace: true });
  return { place, goTo };
};
