/** A list as somebody wants to see it again, by a name of their own; its search is what stands in the URL. */
export interface SavedView {
  readonly name: string;
  readonly search: string;
}

const MAX_VIEWS = 50;
export const MAX_VIEW_NAME = 60;

const isView = (value: unknown): value is SavedView => {
  const { name, search } = (value ?? {}) as Partial<SavedView>;
  return typeof name === 'string' && name !== '' && typeof search === 'string' && /^(\?|$)/.test(search);
};

/** Of what is stored in the browser; what somebody else wrote there is left out. */
export const readViews = (stored: unknown): readonly SavedView[] =>
  Array.isArray(stored) ? stored.filter(isView).slice(0, MAX_VIEWS) : [];

/** One of that name is replaced. */
export const withView = (views: readonly SavedView[], view: SavedView): readonly SavedView[] =>
  [...withoutView(views, view.name), view].sort((a, b) => a.name.localeCompare(b.name)).slice(0, MAX_VIEWS);

export const withoutView = (views: readonly SavedView[], name: string): readonly SavedView[] =>
  views.filter((view) => view.name !== name);
