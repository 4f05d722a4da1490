/**
 * The thread that holds the one writing connection. A flush blocks it, not the requests.
 * An error that it cannot answer for ends it: after a failed flush nothing may be
 * written over the same descriptor again.
 */
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { batchCommitter } from "./batch.ts";
import { isBusy, isDiskFull, openDatabase } from "./database.ts";
import { eraseDeletedRows } from "./erasure.ts";
import type { Report, Task, WriterThreadData } from "./writer-messages.ts";

const { file } = workerData as WriterThreadData;
const database = openDatabase(file, "write");
/** In a file where nobody else can read it, or else in no file: where depends on the process. */
const temporaryStore =
  process.env["SQLITE_TMPDIR"] === path.dirname(path.resolve(file)) ? "FILE" : "MEMORY";
const commitBatch = batchCommitter(database);

function answer(task: Task): Report {
  try {
    return carryOut(task);
  } catch (error) {
    if (isDiskFull(error)) return { kind: "not done", reason: "no space is left on the disk" };
    if (isBusy(error)) return { kind: "not done", reason: "the database is locked" };
    throw error;
  }
}

function carryOut(task: Task): Report {
  switch (task.kind) {
    case "commit":
      return { kind: "committed", outcomes: commitBatch(task.batch) };
    case "erase":
      return eraseDeletedRows(database, temporaryStore)
        ? { kind: "erased" }
        : { kind: "not done", reason: "readers kept the log from being emptied" };
    case "close":
      database.close();
      return { kind: "closed" };
    default:
      return task satisfies never;
  }
}

parentPort?.on("message", (task: Task) => {
  parentPort?.postMessage(answer(task), []);
  if (task.kind === "close") parentPort?.close();
});
parentPort?.postMessage({ kind: "ready" } satisfies Report, []);
