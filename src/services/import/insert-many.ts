import { getTableColumns, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { VerbContext } from '../verb-context';

/**
 * Inserts rows as one JSON parameter and answers how many were new. A statement with a parameter per value costs more
 * time in this process than everything else about an import. A key absent from every row takes its column's default.
 */
export async function insertMany<T extends PgTable>(
  { tx }: Pick<VerbContext, 'tx'>,
  table: T,
  rows: T['$inferInsert'][],
): Promise<number> {
  if (rows.length === 0) return 0;
  const names = columnNames(table, rows);
  const list = sql.join(
    names.map(([, name]) => sql.identifier(name)),
    sql`, `,
  );
  const result = await tx.execute(
    sql`insert into ${table} (${list}) select ${list} from ${recordsOf(table, rows)} on conflict do nothing`,
  );
  return result.rowCount ?? 0;
}

/** The rows as a set that SQL can select from, in the table's own types. */
export function recordsOf<T extends PgTable>(table: T, rows: T['$inferInsert'][]) {
  const names = columnNames(table, rows);
  const records = rows.map((row) =>
    Object.fromEntries(names.map(([key, name]) => [name, Reflect.get(row, key)])),
  );
  return sql`json_populate_recordset(null::${table}, ${JSON.stringify(records)}::json)`;
}

function columnNames(table: PgTable, rows: object[]): [string, string][] {
  const used = new Set(rows.flatMap((row) => Object.keys(row)));
  return Object.entries(getTableColumns(table)).flatMap(([key, column]): [string, string][] =>
    used.has(key) ? [[key, column.name]] : [],
  );
}
