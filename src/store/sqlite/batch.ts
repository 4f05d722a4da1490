/**
 * Group commit: the requests that came in while the transaction before was flushed are
 * written in one transaction, each inside its own savepoint, so that one which conflicts
 * takes nothing with it but itself.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { OutboxEntry, TableName } from "../store.ts";
import { type AnyTable, tables } from "../tables.ts";
import { isConstraint, sqliteCode } from "./database.ts";
import {
  type ChangeKind,
  changeStatement,
  countStatement,
  type RowChange,
  type RowLimit,
} from "./statements.ts";

export interface WriteRequest {
  readonly changes: readonly RowChange[];
  readonly entries: readonly OutboxEntry[];
}

export interface Batch {
  readonly requests: readonly WriteRequest[];
  /** Event ids whose entries have reached the journal. */
  readonly settled: readonly string[];
}

/** What became of one request. `refused` is a record that the schema cannot keep. */
export type Outcome =
  | { readonly kind: "made" }
  | {
      readonly kind: "conflict" | "limit" | "refused";
      readonly reason: string;
      /** Which of the request's changes could not be made; nothing for a journal entry. */
      readonly changeIndex: number | undefined;
    };

class Conflict extends Error {}
class TooMany extends Error {}

/**
 * A function that commits batches, and returns once they are on disk with what became of
 * each request. When it throws, nothing of the batch was committed, unless the disk
 * itself failed: then nobody knows.
 */
export function batchCommitter(database: DatabaseSync): (batch: Batch) => readonly Outcome[] {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const settle = database.prepare("DELETE FROM outbox WHERE event_id = ?");
  const attempt = requestWriter(database);
  return ({ requests, settled }) => {
    begin.run();
    try {
      for (const eventId of settled) settle.run(eventId);
      const outcomes = requests.map(attempt);
      commit.run();
      return outcomes;
    } catch (error) {
      // SQLite has already rolled back after some errors, a full disk among them.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  };
}

function requestWriter(database: DatabaseSync): (request: WriteRequest) => Outcome {
  const savepoint = database.prepare("SAVEPOINT request");
  const release = database.prepare("RELEASE request");
  const rollBack = database.prepare("ROLLBACK TO request");
  const write = changeWriter(database);
  const addEntry = database.prepare("INSERT INTO outbox (event_id, line) VALUES (?, ?)");
  return ({ changes, entries }) => {
    let changeIndex: number | undefined;
    savepoint.run();
    try {
      for (const [index, change] of changes.entries()) {
        changeIndex = index;
        write(change);
      }
      changeIndex = undefined;
      for (const { eventId, line } of entries) addEntry.run(eventId, line);
      release.run();
      return { kind: "made" };
    } catch (error) {
      const outcome = outcomeOf(error, changeIndex);
      if (outcome === undefined) throw error;
      rollBack.run();
      release.run();
      return outcome;
    }
  };
}

function changeWriter(database: DatabaseSync): (change: RowChange) => void {
  const statements = new Map<string, StatementSync>();
  const markErasure = database.prepare("UPDATE meta SET erasure_due = 1");

  const prepared = (table: TableName, kind: ChangeKind): StatementSync => {
    const known = statements.get(`${kind} ${table}`);
    if (known !== undefined) return known;
    const statement = changeStatement(table, kind);
    if (statement === undefined) throw new TypeError(`${table} are not changed by ${kind}`);
    const made = database.prepare(statement.sql);
    statements.set(`${kind} ${table}`, made);
    return made;
  };

  const requireRoom = limitChecker(database);
  return (change) => {
    if (change.kind === "limit") return requireRoom(change);
    const { table, kind, values } = change;
    const { changes } = prepared(table, kind).run(...values);
    if (changes !== 1 && tables[table].mutability === "versioned") {
      throw new Conflict(`${kind} of ${table}: another change came first`);
    }
    if (leavesWrappedBytes(table, kind)) markErasure.run();
  };
}

function limitChecker(database: DatabaseSync): (limit: RowLimit) => void {
  const statements = new Map<string, StatementSync>();
  return ({ table, members, values, max }) => {
    const sql = countStatement(table, members);
    const count = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, count);
    const found = count.get(...values, max + 1)?.["found"];
    if (typeof found !== "number" || found > max) {
      throw new TooMany(`there would be more than ${max} ${table}`);
    }
  };
}

/** A change that takes wrapped bytes away, itself or with what goes with it: they have to be erased. */
function leavesWrappedBytes(table: TableName, kind: ChangeKind): boolean {
  if (kind === "insert" || kind === "upsert") return false;
  if (table === "keys") return kind === "delete";
  // The wrapped bytes of other records stay the same for as long as the record is there.
  if (kind === "update") return table === "keyMaterials";
  const { columns }: AnyTable = tables[table];
  return Object.values(columns).some((type) => type.startsWith("blob"));
}

/** SQLITE_CONSTRAINT_FOREIGNKEY, _PRIMARYKEY, _UNIQUE and _ROWID. */
const conflictCodes = new Set<number | undefined>([787, 1555, 2067, 2579]);

/** Undefined when the error is not the fault of the request. */
function outcomeOf(error: unknown, changeIndex: number | undefined): Outcome | undefined {
  if (error instanceof Conflict) return { kind: "conflict", reason: error.message, changeIndex };
  if (error instanceof TooMany) return { kind: "limit", reason: error.message, changeIndex };
  if (!(error instanceof Error) || !isConstraint(error)) return undefined;
  const kind = conflictCodes.has(sqliteCode(error)) ? "conflict" : "refused";
  return { kind, reason: error.message, changeIndex };
}
