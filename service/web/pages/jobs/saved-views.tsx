import { Bookmark, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { Button, IconButton } from '../../components/button.tsx';
import { Menu } from '../../components/menu.tsx';
import { localStore, parseJson } from '../../lib/storage.ts';
import { MAX_VIEW_NAME, readViews, type SavedView, withoutView, withView } from '../../lib/views.ts';

const KEY = 'saved-views';

/** Views of this browser by name; each is an address that can be shared. */
export function SavedViews({ search }: { search: string }) {
  const [views, setViews] = useState(() => readViews(parseJson(localStore.get(KEY))));
  const [name, setName] = useState('');
  const keep = (next: readonly SavedView[]): void => {
    localStore.set(KEY, JSON.stringify(next));
    setViews(next);
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    keep(withView(views, { name: name.trim(), search }));
    setName('');
  };
  return (
    <Menu icon={Bookmark} label="Views">
      {views.length > 0 && (
        <ul aria-label="Saved views" className="grid gap-0.5">
          {views.map((view) => (
            <li key={view.name} className="flex items-center gap-1">
              <Link
                href={`/${view.search}`}
                aria-current={view.search === search ? 'page' : undefined}
                className="min-w-0 flex-1 truncate rounded-lg px-2 py-1.5 hover:bg-hover aria-[current]:bg-selected"
              >
                {view.name}
              </Link>
              <IconButton icon={X} label={`Forget ${view.name}`} onClick={() => keep(withoutView(views, view.name))} />
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={save} className="flex gap-2">
        <input
          aria-label="Name of this view"
          placeholder="Name of this view"
          maxLength={MAX_VIEW_NAME}
          value={name}
          onChange={(event) => setName(event.target.value)}
          className="control min-w-0"
        />
        <Button type="submit" disabled={name.trim() === ''}>
          Save
        </Button>
      </form>
      <p className="text-xs text-ink-faint">
        Filters, order and columns, kept in this browser. The address of a view can be shared.
      </p>
    </Menu>
  );
}
