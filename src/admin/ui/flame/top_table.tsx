import { useMemo, useState } from "preact/hooks";
import { nextOrder, type Order, orderRows, type TopRow } from "./top.ts";

/** A column of the table. */
export interface TopTableColumn<Column extends string> {
  readonly key: Exclude<Column, "name">;
  readonly title: string;
  readonly format: (value: number) => string;
}

/** How many functions are shown at first; a click shows so many more. */
const pageSize = 50;

/** Functions with their numbers, to order by any column; a click on a name searches for it. */
export function TopTable<Column extends string>(props: {
  rows: readonly TopRow<Column | "name">[];
  columns: readonly TopTableColumn<Column | "name">[];
  first: Order<Column | "name">;
  search: string;
  onSearch: (name: string) => void;
}) {
  const { rows, columns, first, search, onSearch } = props;
  const [order, setOrder] = useState(first);
  const [limit, setLimit] = useState(pageSize);
  const ordered = useMemo(() => orderRows(rows, search, order), [rows, search, order]);
  const headings = [{ key: "name" as const, title: "Function" }, ...columns];
  return (
    <section class="scroll" aria-label="Top functions">
      <table class="top-table">
        <caption>{ordered.length === 1 ? "1 function" : `${ordered.length} functions`}</caption>
        <thead>
          <tr>
            {headings.map(({ key, title }) => (
              <th
                key={key}
                scope="col"
                class={key === "name" ? "" : "number"}
                aria-sort={key === order.by ? (order.isDescending ? "descending" : "ascending") : "none"}
              >
                <button type="button" class="plain" onClick={() => setOrder(nextOrder(order, key, ["name"]))}>
                  {title}
                  {key === order.by && <span aria-hidden="true">{order.isDescending ? " ↓" : " ↑"}</span>}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ordered.slice(0, limit).map((row) => (
            <tr key={`${row.name} ${row.file}`}>
              <td>
                <button
                  type="button"
                  class="plain top-name"
                  title={row.file}
                  onClick={() => onSearch(row.name)}
                >
                  {row.name}
                </button>
              </td>
              {columns.map(({ key, format }) => (
                <td key={key} class="number">
                  {format((row as Readonly<Record<string, number | string>>)[key] as number)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {ordered.length > limit && (
        <button type="button" onClick={() => setLimit(limit + pageSize)}>
          Show {Math.min(pageSize, ordered.length - limit)} more
        </button>
      )}
    </section>
  );
}
