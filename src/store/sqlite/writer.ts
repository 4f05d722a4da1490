/**
 * The main thread's side of the writer: a bounded queue, one task under way at a time,
 * and every waiting commit in the next batch. There is no timer in the way of a commit:
 * while one batch is flushed, the next collects itself.
 */
import path from "node:path";
import { Worker } from "node:worker_threads";
import { StoreBusy, StoreUnavailable } from "../errors.ts";
import type { Outcome, WriteRequest } from "./batch.ts";
import { SettledEntries } from "./settled-entries.ts";
import type { Report, Task, WriterThreadData } from "./writer-messages.ts";

const maxWaitingCommits = 1_024;

/** An erasure may rewrite the whole database; this keeps it under a tenth of the time. */
const restPerErasure = 10;

/** One request of a batch could not be written, and nothing of it was. */
export class NotStored extends Error {
  readonly outcome: Exclude<Outcome, { readonly kind: "made" }>;

  constructor(outcome: NotStored["outcome"]) {
    super(outcome.reason);
    this.name = "NotStored";
    this.outcome = outcome;
  }
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface WaitingCommit extends Waiting {
  readonly request: WriteRequest;
  readonly beforeAnswer: () => void;
}

type UnderWay =
  | {
      readonly kind: "commit";
      readonly commits: readonly WaitingCommit[];
      readonly settled: readonly string[];
    }
  | { readonly kind: "erase"; readonly callers: readonly Waiting[]; readonly startedAtMs: number }
  | { readonly kind: "open" | "close"; readonly callers: readonly Waiting[] };

export class Writer {
  readonly #thread: Worker;
  readonly #onFailure: (error: Error) => void;
  #underWay: UnderWay | undefined;
  #commits: WaitingCommit[] = [];
  #erasures: Waiting[] = [];
  #closers: Waiting[] = [];
  #eraseNotBeforeMs = 0;
  #eraseTimer: NodeJS.Timeout | undefined;
  #isScheduled = false;
  /** Why nothing more is accepted. */
  #ended: StoreUnavailable | undefined;
  #closing: Promise<void> | undefined;
  /** The thread has nothing more to say that matters. */
  #isOver = false;
  readonly #settled = new SettledEntries(() => this.#schedule());

  private constructor(file: string, onFailure: (error: Error) => void, opener: Waiting) {
    const workerData: WriterThreadData = { file };
    // The flags of the process, such as how to read its input, are not for the thread.
    this.#thread = new Worker(threadUrl(), { workerData, execArgv: [] });
    this.#onFailure = onFailure;
    this.#underWay = { kind: "open", callers: [opener] };
    this.#thread.on("message", (report: Report) => this.#hear(report));
    this.#thread.on("error", (cause) => this.#fail(cause));
    this.#thread.on("exit", (code) => this.#fail(new Error(`its thread ended with code ${code}`)));
  }

  /** Rejects when the database cannot be opened. `onFailure` hears of a later end of the writer. */
  static async open(file: string, onFailure: (error: Error) => void): Promise<Writer> {
    const opened = Promise.withResolvers<void>();
    const writer = new Writer(file, onFailure, opened);
    await opened.promise;
    return writer;
  }

  /** Throws StoreUnavailable once the writer is closed or has failed. */
  requireOpen(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  /**
   * Resolves when the request is on disk, after `beforeAnswer` has run. Rejects with
   * NotStored, StoreBusy or StoreUnavailable; `beforeAnswer` runs then too, unless
   * the request was never tried.
   */
  async commit(request: WriteRequest, beforeAnswer: () => void): Promise<void> {
    this.requireOpen();
    if (this.#commits.length >= maxWaitingCommits) throw new StoreBusy();
    await new Promise<void>((resolve, reject) => {
      this.#commits.push({ request, beforeAnswer, resolve, reject });
      this.#schedule();
    });
  }

  settle(eventId: string): void {
    if (this.#ended === undefined) this.#settled.add(eventId);
  }

  /** Resolves when everything deleted before the call is in no file any more. */
  async erase(): Promise<void> {
    this.requireOpen();
    await new Promise<void>((resolve, reject) => {
      this.#erasures.push({ resolve, reject });
      this.#schedule();
    });
  }

  /** Finishes what was accepted, then ends the thread. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#ended ??= new StoreUnavailable("the store is closed");
    this.#closing ??= new Promise<void>((resolve, reject) => {
      this.#closers.push({ resolve, reject });
      this.#schedule();
    });
    await this.#closing;
  }

  /** Waits for the end of this turn of the event loop, so that what it brings goes together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (this.#underWay !== undefined) return;
    this.#underWay = this.#takeErasures() ?? this.#takeCommits() ?? this.#takeClosers();
    if (this.#underWay !== undefined) this.#thread.postMessage(taskOf(this.#underWay), []);
  }

  #takeErasures(): UnderWay | undefined {
    if (this.#erasures.length === 0) return undefined;
    const startedAtMs = performance.now();
    const restMs = this.#eraseNotBeforeMs - startedAtMs;
    if (restMs > 0 && this.#closers.length === 0) {
      this.#eraseTimer ??= setTimeout(() => {
        this.#eraseTimer = undefined;
        this.#schedule();
      }, restMs);
      return undefined;
    }
    const callers = this.#erasures;
    this.#erasures = [];
    return { kind: "erase", callers, startedAtMs };
  }

  #takeCommits(): UnderWay | undefined {
    const isLast = this.#closers.length > 0;
    if (this.#commits.length === 0 && !this.#settled.isDue(isLast)) return undefined;
    const commits = this.#commits;
    this.#commits = [];
    return { kind: "commit", commits, settled: this.#settled.take() };
  }

  #takeClosers(): UnderWay | undefined {
    if (this.#closers.length === 0) return undefined;
    const callers = this.#closers;
    this.#closers = [];
    return { kind: "close", callers };
  }

  #hear(report: Report): void {
    const done = this.#underWay;
    this.#underWay = undefined;
    if (done === undefined) return;
    if (report.kind === "not done") this.#postpone(done, new StoreUnavailable(report.reason));
    else if (done.kind === "commit" && report.kind === "committed") {
      answerCommits(done.commits, report.outcomes);
    } else if (done.kind !== "commit") this.#finish(done);
    this.#schedule();
  }

  #postpone(done: UnderWay, error: StoreUnavailable): void {
    if (done.kind === "commit" && this.#closers.length === 0) this.#settled.putBack(done.settled);
    if (done.kind === "erase") this.#rest(done.startedAtMs);
    for (const caller of callersOf(done)) caller.reject(error);
  }

  #finish(done: Exclude<UnderWay, { kind: "commit" }>): void {
    if (done.kind === "erase") this.#rest(done.startedAtMs);
    else if (done.kind === "close") {
      this.#isOver = true;
      clearTimeout(this.#eraseTimer);
    }
    for (const caller of done.callers) caller.resolve();
  }

  #rest(startedAtMs: number): void {
    const now = performance.now();
    this.#eraseNotBeforeMs = now + restPerErasure * (now - startedAtMs);
  }

  /** Nothing is hoped for from this writer any more. */
  #fail(cause: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const error = new StoreUnavailable(`the store's writer has failed: ${reason}`, { cause });
    const underWay = this.#underWay === undefined ? [] : callersOf(this.#underWay);
    const wasOpen = this.#underWay?.kind !== "open";
    const callers = [...underWay, ...this.#commits, ...this.#erasures, ...this.#closers];
    this.#ended = error;
    this.#underWay = undefined;
    this.#commits = [];
    this.#erasures = [];
    this.#closers = [];
    this.#settled.stop();
    clearTimeout(this.#eraseTimer);
    for (const caller of callers) caller.reject(error);
    if (wasOpen) this.#onFailure(error);
  }
}

/** The thread's file lies beside this one, compiled if this one is. */
function threadUrl(): URL {
  const url = new URL("./writer-thread.ts", import.meta.url);
  url.pathname = url.pathname.replace(/\.ts$/, path.extname(import.meta.filename));
  return url;
}

function taskOf(next: UnderWay): Task | undefined {
  if (next.kind === "open") return undefined;
  if (next.kind !== "commit") return { kind: next.kind };
  const requests = next.commits.map(({ request }) => request);
  return { kind: "commit", batch: { requests, settled: next.settled } };
}

function callersOf(underWay: UnderWay): readonly Waiting[] {
  return underWay.kind === "commit" ? underWay.commits : underWay.callers;
}

function answerCommits(commits: readonly WaitingCommit[], outcomes: readonly Outcome[]): void {
  for (const { beforeAnswer } of commits) beforeAnswer();
  for (const [index, commit] of commits.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined) commit.reject(new TypeError("the writer gave no outcome"));
    else if (outcome.kind === "made") commit.resolve();
    else commit.reject(new NotStored(outcome));
  }
}
