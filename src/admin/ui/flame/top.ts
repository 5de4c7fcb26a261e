import type { DiffFunction, DiffGraph, FlameFunction } from "../../api/flame_graph.ts";
import { shareOf } from "./frames.ts";

/** How a table is ordered. */
export interface Order<Column extends string> {
  readonly by: Column;
  readonly isDescending: boolean;
}

/** The order after a click on a column: the same the other way round, or a new one, numbers from the largest. */
export function nextOrder<Column extends string>(
  order: Order<Column>,
  by: Column,
  textColumns: readonly Column[],
): Order<Column> {
  if (order.by === by) return { by, isDescending: !order.isDescending };
  return { by, isDescending: !textColumns.includes(by) };
}

/** A function with numbers to order by. */
export type TopRow<Column extends string> = { readonly name: string; readonly file: string } & Readonly<
  Record<Exclude<Column, "name">, number>
>;

/** The rows whose name or file holds the text, whatever the case, in order; ties by name. */
export function orderRows<Column extends string>(
  rows: readonly TopRow<Column>[],
  search: string,
  { by, isDescending }: Order<Column>,
): TopRow<Column>[] {
  const wanted = search.toLowerCase();
  const sign = isDescending ? -1 : 1;
  const value = (row: TopRow<Column>) => (row as Readonly<Record<string, string | number>>)[by] ?? 0;
  return rows
    .filter(({ name, file }) => name.toLowerCase().includes(wanted) || file.toLowerCase().includes(wanted))
    .sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      if (a === b) return one.name < other.name ? -1 : 1;
      return (a < b ? -1 : 1) * sign;
    });
}

export type TopColumn = "name" | "self" | "total";

/** The rows of one profile. */
export function topRows(functions: readonly FlameFunction[]): TopRow<TopColumn>[] {
  return functions.map(({ name, file, self, total }) => ({ name, file, self, total }));
}

export type DiffColumn = "name" | "left" | "right" | "change" | "leftTotal" | "rightTotal" | "totalChange";

/** The rows of a comparison: everything as a share of its side's total, from 0 to 1. */
export function diffRows({
  functions,
  left_total,
  right_total,
}: Pick<DiffGraph, "functions" | "left_total" | "right_total">): TopRow<DiffColumn>[] {
  return functions.map((one: DiffFunction) => {
    const left = shareOf(one.left_self, left_total);
    const right = shareOf(one.right_self, right_total);
    const leftTotal = shareOf(one.left_total, left_total);
    const rightTotal = shareOf(one.right_total, right_total);
    return {
      name: one.name,
      file: one.file,
      left,
      right,
      change: right - left,
      leftTotal,
      rightTotal,
      totalChange: rightTotal - leftTotal,
    };
  });
}
