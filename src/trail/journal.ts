/**
 * The journal: lines that are on disk before anyone is told so.
 *
 * Lines that arrive while a flush runs go together with the next one: one write and one
 * fdatasync a batch. There is no timer to wait for, so a lone line is as fast as the disk
 * and a crowd shares its cost.
 */
import fs from "node:fs";
import { chmod } from "node:fs/promises";
import { makePrivateDirectorySync } from "../lib/directories.ts";
import { errorCode } from "../lib/error-code.ts";
import { listSegments } from "../lib/journal-reader.ts";
import { type FlushCalls, Segment } from "./segment.ts";

const defaultSegmentBytes = 64 * 1024 * 1024;
const maxWaitingLines = 8_192;
const maxWaitingCharacters = 32 * 1024 * 1024;
const maxLineCharacters = 2 * 1024 * 1024;
const maxBatchCharacters = 320 * 1024;
/** UTF-8 takes at most three bytes for one UTF-16 code unit. */
const bytesPerCharacter = 3;
const stallMs = 4_000;
const stallCheckMs = 500;

/** The line is not known to be on disk. The next one may fare better. */
export class JournalUnavailable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "JournalUnavailable";
  }
}

export interface JournalOptions {
  readonly directory: string;
  /** A segment that has grown to so many bytes is followed by a new one. 64 MiB if not given. */
  readonly segmentBytes?: number;
  /** For tests that make the disk fail. */
  readonly calls?: FlushCalls;
  /** How long a flush may take before those who wait for it are refused. 4 s if not given. */
  readonly stallMs?: number;
}

export interface Journal {
  readonly directory: string;
  /**
   * Resolves once the line is on disk; rejects with JournalUnavailable when it is not
   * known to be. Lines are written in the order of the calls.
   */
  append(line: string): Promise<void>;
  /** Resolves when everything appended before has been answered and the file is closed. */
  close(): Promise<void>;
}

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (reason: JournalUnavailable) => void;
}

/** Opens the journal in a directory, which is made when it is not there. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { directory, calls = fs } = options;
  makePrivateDirectorySync(directory);
  await chmod(directory, 0o700);
  const last = (await listSegments(directory)).at(-1);
  const segment = last === undefined ? undefined : await Segment.reopen(directory, last, calls);
  return new SegmentedJournal(options, segment);
}

class SegmentedJournal implements Journal {
  readonly directory: string;
  readonly #segmentBytes: number;
  readonly #calls: FlushCalls;
  readonly #stallMs: number;
  readonly #stallCheck: NodeJS.Timeout;
  readonly #buffer = Buffer.allocUnsafeSlow(maxBatchCharacters * bytesPerCharacter);

  #segment: Segment | undefined;
  #lastNumber: number;
  #waiting: Waiting[] = [];
  #waitingCharacters = 0;
  #flying: readonly Waiting[] = [];
  #flyingSinceMs = 0;
  #draining: Promise<void> | undefined;
  #state: "open" | "stalled" | "closed" = "open";

  constructor(options: JournalOptions, segment: Segment | undefined) {
    this.directory = options.directory;
    this.#segmentBytes = options.segmentBytes ?? defaultSegmentBytes;
    this.#calls = options.calls ?? fs;
    this.#stallMs = options.stallMs ?? stallMs;
    this.#segment = segment;
    this.#lastNumber = segment?.number ?? 0;
    const everyMs = Math.min(stallCheckMs, this.#stallMs);
    this.#stallCheck = setInterval(() => this.#refuseWhenStalled(), everyMs).unref();
  }

  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal(line);
      if (refusal !== undefined) return reject(refusal);
      this.#waiting.push({ line, resolve, reject });
      this.#waitingCharacters += line.length;
      this.#draining ??= this.#drainSoon();
    });
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    await this.#draining;
    clearInterval(this.#stallCheck);
    await this.#segment?.close();
  }

  #refusal(line: string): JournalUnavailable | undefined {
    if (this.#state !== "open") return new JournalUnavailable(`the journal is ${this.#state}`);
    const characters = this.#waitingCharacters + line.length;
    if (this.#waiting.length >= maxWaitingLines || characters > maxWaitingCharacters)
      return new JournalUnavailable("too many lines are waiting for the journal");
    if (line.length > maxLineCharacters || line.includes("\n"))
      return new JournalUnavailable("this is not one line of a bearable length");
    return undefined;
  }

  /** One turn of the event loop later, so that what arrives in the same turn goes along. */
  #drainSoon(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        void this.#drain().finally(resolve);
      });
    });
  }

  /** Never rejects: those who wait are told one by one. */
  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#flying = this.#takeBatch();
      this.#flyingSinceMs = performance.now();
      try {
        await this.#write(this.#flying);
        for (const { resolve } of this.#flying) resolve();
      } catch (error) {
        refuse(
          this.#flying,
          new JournalUnavailable("the journal cannot be written", { cause: error }),
        );
      }
      this.#flying = [];
      if (this.#state === "stalled") this.#state = "open";
    }
    this.#draining = undefined;
  }

  #takeBatch(): readonly Waiting[] {
    let characters = 0;
    const cut = this.#waiting.findIndex(({ line }, index) => {
      characters += line.length + 1;
      return index > 0 && characters > maxBatchCharacters;
    });
    const batch = cut === -1 ? this.#waiting : this.#waiting.slice(0, cut);
    this.#waiting = cut === -1 ? [] : this.#waiting.slice(cut);
    for (const { line } of batch) this.#waitingCharacters -= line.length;
    return batch;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const segment = await this.#writableSegment();
    try {
      await segment.append(this.#encode(batch));
    } catch (error) {
      this.#segment = undefined;
      const { kept } = await segment.abandon();
      if (!kept) this.#lastNumber = segment.number - 1;
      throw error;
    }
  }

  async #writableSegment(): Promise<Segment> {
    const current = this.#segment;
    if (current !== undefined && current.durableBytes < this.#segmentBytes) return current;
    const next = await this.#createSegment();
    this.#segment = next;
    this.#lastNumber = next.number;
    await current?.close();
    return next;
  }

  async #createSegment(): Promise<Segment> {
    try {
      return await Segment.create(this.directory, this.#lastNumber + 1, this.#calls);
    } catch (error) {
      // A failing disk can refuse to remove a file it has just made; its name is spent then.
      if (errorCode(error) === "EEXIST") this.#lastNumber += 1;
      throw error;
    }
  }

  #encode(batch: readonly Waiting[]): Uint8Array {
    const text = batch.length === 1 ? `${batch[0]?.line}\n` : joinLines(batch);
    if (text.length * bytesPerCharacter > this.#buffer.length) return Buffer.from(text);
    return this.#buffer.subarray(0, this.#buffer.write(text));
  }

  /** A disk that hangs must not make callers hang: they are told that nothing is known. */
  #refuseWhenStalled(): void {
    if (this.#flying.length === 0) return;
    if (performance.now() - this.#flyingSinceMs < this.#stallMs) return;
    if (this.#state === "open") this.#state = "stalled";
    const reason = new JournalUnavailable("the journal's disk does not answer");
    refuse(this.#flying, reason);
    refuse(this.#waiting, reason);
    this.#waiting = [];
    this.#waitingCharacters = 0;
  }
}

function refuse(batch: readonly Waiting[], reason: JournalUnavailable): void {
  for (const { reject } of batch) reject(reason);
}

function joinLines(batch: readonly Waiting[]): string {
  let text = "";
  for (const { line } of batch) text += `${line}\n`;
  return text;
}
