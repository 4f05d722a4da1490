/** Between a record and the values of its row. */
import { BoundedMap } from "../lib/bounded-map.ts";
import type { AnyTable, BasicType, ColumnType, TableDescription } from "./tables.ts";

/** What a database column takes and gives. */
export type SqlValue = string | number | Uint8Array | null;

/**
 * The column values of a record's members, in the order asked for. Throws TypeError for
 * a value that would not come back as it went in: that is a defect of the caller.
 */
export function toRow(table: AnyTable, record: object, members: readonly string[]): SqlValue[] {
  const values = record as Readonly<Record<string, unknown>>;
  return members.map((member) => {
    const type = table.columns[member];
    const encoded = type === undefined ? undefined : encode(type, values[member]);
    if (encoded === undefined) throw new TypeError(`${table.name} cannot keep this ${member}`);
    return encoded;
  });
}

/**
 * The record of a row, whose values are in the order of the table's columns. It is
 * frozen through and through, but for bytes, which JavaScript cannot freeze.
 */
export function fromRow<Stored>(
  table: TableDescription<Stored>,
  row: readonly (SqlValue | undefined)[],
): Stored {
  const { columns, blank } = layoutOf(table);
  const record: Record<string, unknown> = { ...blank };
  columns.forEach(({ member, type, nullable }, index) => {
    const value = row[index];
    const decoded = value === null && nullable ? null : decode(type, value);
    if (decoded === undefined) throw new Error(`${table.name} holds an unreadable ${member}`);
    record[member] = decoded;
  });
  return Object.freeze(record) as Stored;
}

interface Column {
  readonly member: string;
  readonly type: BasicType;
  readonly nullable: boolean;
}

interface Layout {
  readonly columns: readonly Column[];
  /**
   * All members, without values. A record is made as a copy of it: one that is made member by
   * member V8 keeps as a hash table if it has many, five times as large and slower to read.
   */
  readonly blank: Readonly<Record<string, unknown>>;
}

/** Worked out once for each table: every record that is not in memory is read by them. */
const layouts = new WeakMap<object, Layout>();

function layoutOf<Stored>(table: TableDescription<Stored>): Layout {
  const known = layouts.get(table);
  if (known !== undefined) return known;
  const columns = Object.entries(table.columns as AnyTable["columns"]).map(([member, type]) => ({
    member,
    type: basicType(type),
    nullable: isNullable(type),
  }));
  const layout = {
    columns,
    blank: Object.fromEntries(columns.map(({ member }) => [member, undefined])),
  };
  layouts.set(table, layout);
  return layout;
}

function encode(type: ColumnType, value: unknown): SqlValue | undefined {
  if (value === null) return isNullable(type) ? null : undefined;
  switch (basicType(type)) {
    case "text":
      // SQLite would silently store a lone surrogate as U+FFFD.
      return typeof value === "string" && value.isWellFormed() ? value : undefined;
    case "integer":
      return Number.isSafeInteger(value) ? (value as number) : undefined;
    case "boolean":
      return typeof value === "boolean" ? Number(value) : undefined;
    case "blob":
      // A copy of its own: sending a view to the writer would send all of the buffer
      // behind it, which Node shares between Buffers.
      return value instanceof Uint8Array ? new Uint8Array(value) : undefined;
    case "json":
      // JSON writes a lone surrogate as an escape, so it comes back.
      return typeof value === "object" ? JSON.stringify(value) : undefined;
    default:
      return undefined;
  }
}

/** Undefined for what the column cannot hold: the row is damaged. */
function decode(type: BasicType, value: SqlValue | undefined): unknown {
  switch (type) {
    case "text":
      return typeof value === "string" ? sharedText(value) : undefined;
    case "integer":
      return typeof value === "number" ? value : undefined;
    case "boolean":
      return value === 0 || value === 1 ? value === 1 : undefined;
    case "blob":
      return value instanceof Uint8Array ? value : undefined;
    case "json":
      return typeof value === "string" ? parseJson(value) : undefined;
    default:
      return undefined;
  }
}

/** Shorter texts are names and ids, which differ. */
const shortestShared = 200;

/** Long texts, policies above all, that many records have in common: each is kept once. */
const shared = new BoundedMap<string, string>(500);

function sharedText(text: string): string {
  return text.length < shortestShared ? text : shared.getOrAdd(text, () => text);
}

const noElements: readonly unknown[] = Object.freeze([]);

function parseJson(text: string): unknown {
  // Most keys have no tags.
  if (text === "[]") return noElements;
  try {
    return JSON.parse(text, (_, value: unknown) => Object.freeze(value));
  } catch {
    // JSON.parse quotes the text in its message; what is stored stays out of messages.
    return undefined;
  }
}

function isNullable(type: ColumnType): boolean {
  return type.endsWith(" or null");
}

function basicType(type: ColumnType): BasicType {
  return type.replace(" or null", "") as BasicType;
}
