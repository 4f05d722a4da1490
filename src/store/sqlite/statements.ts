/** The SQL of every kind of change, derived from the descriptions of the tables. */
import type { Change, RecordChange, TableName } from "../store.ts";
import { type SqlValue, toRow } from "../rows.ts";
import { type AnyTable, columnName, type Mutability, tables } from "../tables.ts";

export type ChangeKind = RecordChange["kind"];

export interface ChangeStatement {
  readonly sql: string;
  /** The members of the record whose values the statement takes, in order. */
  readonly binds: readonly string[];
}

/** A change or a limit as the writer takes it: which statement, with which values. */
export type RowChange =
  | { readonly table: TableName; readonly kind: ChangeKind; readonly values: readonly SqlValue[] }
  | RowLimit;

export interface RowLimit {
  readonly table: TableName;
  readonly kind: "limit";
  readonly members: readonly string[];
  readonly values: readonly SqlValue[];
  readonly max: number;
}

const version = "rowVersion";

const allowedKinds: Record<Mutability, readonly ChangeKind[]> = {
  versioned: ["insert", "update", "delete"],
  replaceable: ["insert", "upsert", "delete"],
  immutable: ["insert", "delete"],
};

const statementOf: Record<ChangeKind, (table: AnyTable) => ChangeStatement> = {
  insert: insertStatement,
  update: updateStatement,
  upsert: upsertStatement,
  delete: deleteStatement,
};

/** Undefined when records of this table do not change in this way. */
export function changeStatement(table: TableName, kind: ChangeKind): ChangeStatement | undefined {
  const description: AnyTable = tables[table];
  return allowedKinds[description.mutability].includes(kind)
    ? statementOf[kind](description)
    : undefined;
}

/** Throws TypeError for a change that its table does not allow or cannot keep. */
export function toRowChange(change: Change): RowChange {
  if (change.kind === "limit") return toRowLimit(change);
  const { table, kind, record } = change;
  const statement = changeStatement(table, kind);
  if (statement === undefined) throw new TypeError(`${table} are not changed by ${kind}`);
  return { table, kind, values: toRow(tables[table], record, statement.binds) };
}

function toRowLimit({ table, kind, where, max }: Extract<Change, { kind: "limit" }>): RowLimit {
  const members = Object.keys(where);
  return { table, kind, members, values: toRow(tables[table], where, members), max };
}

/** Counts the records that have these values, but no more of them than it is given at last. */
export function countStatement(table: TableName, members: readonly string[]): string {
  const these = members.map((member) => `${columnName(member)} IS ?`).join(" AND ");
  return `SELECT count(*) AS found FROM (SELECT 1 FROM ${tables[table].name} WHERE ${these} LIMIT ?)`;
}

function insertStatement(table: AnyTable): ChangeStatement {
  const binds = Object.keys(table.columns);
  const places = binds.map(() => "?").join(", ");
  const columns = binds.map(columnName).join(", ");
  return { sql: `INSERT INTO ${table.name} (${columns}) VALUES (${places})`, binds };
}

function updateStatement(table: AnyTable): ChangeStatement {
  const changed = otherMembers(table);
  const assignments = changed.map((member) => `${columnName(member)} = ?`).join(", ");
  return {
    sql: `UPDATE ${table.name} SET ${assignments} WHERE ${isThis(table)} AND row_version = ? - 1`,
    binds: [...changed, ...table.primaryKey, version],
  };
}

function upsertStatement(table: AnyTable): ChangeStatement {
  const { sql, binds } = insertStatement(table);
  const target = table.primaryKey.map(columnName).join(", ");
  const assignments = otherMembers(table)
    .map(columnName)
    .map((column) => `${column} = excluded.${column}`)
    .join(", ");
  return { sql: `${sql} ON CONFLICT (${target}) DO UPDATE SET ${assignments}`, binds };
}

function deleteStatement(table: AnyTable): ChangeStatement {
  const sql = `DELETE FROM ${table.name} WHERE ${isThis(table)}`;
  if (table.mutability !== "versioned") return { sql, binds: table.primaryKey };
  return { sql: `${sql} AND row_version = ?`, binds: [...table.primaryKey, version] };
}

/** The condition that picks one record: its primary key, bound in the table's order. */
export function isThis(table: AnyTable): string {
  return table.primaryKey.map((member) => `${columnName(member)} = ?`).join(" AND ");
}

function otherMembers(table: AnyTable): string[] {
  return Object.keys(table.columns).filter((member) => !table.primaryKey.includes(member));
}
