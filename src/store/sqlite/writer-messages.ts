/** What the main thread and the writer's thread say to each other: one task, one report. */
import type { Batch, Outcome } from "./batch.ts";

export interface WriterThreadData {
  readonly file: string;
}

export type Task =
  | { readonly kind: "commit"; readonly batch: Batch }
  | { readonly kind: "erase" }
  | { readonly kind: "close" };

export type Report =
  /** The database is open. Sent once, before any task. */
  | { readonly kind: "ready" }
  | { readonly kind: "committed"; readonly outcomes: readonly Outcome[] }
  | { readonly kind: "erased" }
  /** Nothing was done, and it may be tried again. */
  | { readonly kind: "not done"; readonly reason: string }
  | { readonly kind: "closed" };
