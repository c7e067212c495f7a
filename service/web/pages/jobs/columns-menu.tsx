import { Columns3 } from 'lucide-react';
import { Menu } from '../../components/menu.tsx';
import { COLUMN_ORDER, type ColumnName } from '../../lib/columns.ts';
import { COLUMNS } from './columns.tsx';

/** Which columns there are, where the window has room for them. */
export function ColumnsMenu({
  chosen,
  onChange,
}: {
  chosen: readonly ColumnName[];
  onChange: (columns: readonly ColumnName[]) => void;
}) {
  const toggle = (name: ColumnName): void =>
    onChange(COLUMN_ORDER.filter((one) => (one === name ? !chosen.includes(one) : chosen.includes(one))));
  return (
    <Menu icon={Columns3} label="Columns" className="max-sm:hidden">
      <fieldset className="grid gap-1">
        <legend className="sr-only">Columns of the table</legend>
        {COLUMN_ORDER.map((name) => (
          <label key={name} className="flex min-h-8 items-center gap-2.5">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={() => toggle(name)}
              className="size-5 accent-accent"
            />
            {COLUMNS[name].label}
          </label>
        ))}
      </fieldset>
    </Menu>
  );
}
