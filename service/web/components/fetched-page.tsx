import { type ComponentType, lazy, useState } from 'react';

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

/**
 * A page that comes in a file of its own. Like React's lazy; but one that has been fetched is shown at once, where React would
 * show the fallback first, and for at least a third of a second.
 */
export const fetchedPage = <Props extends object>(load: Load<Props>) => {
  let page: ComponentType<Props> | undefined;
  const fetch: Load<Props> = async () => {
    const file = await load();
    page = file.default;
    return file;
  };
  const Lazy = lazy(fetch) as unknown as ComponentType<Props>;
  function Page(props: Props) {
    // Once, or the page would begin anew when its file has come.
    const [Shown] = useState(() => page ?? Lazy);
    return <Shown {...props} />;
  }
  return { Page, fetch };
};
