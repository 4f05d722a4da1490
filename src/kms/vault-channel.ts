/** One connection to one vault process: commands out in frames, replies back by sequence number. */
import type { Duplex } from "node:stream";
import { commandCodecs } from "../vault-protocol/command-codecs.ts";
import { doneStatus, refusalOf } from "../vault-protocol/statuses.ts";
import {
  maximumInFlight,
  type Refusal,
  type VaultClient,
  type VaultCommandName,
  type VaultReply,
  type VaultRequest,
  VaultUnavailable,
} from "../vault-protocol/commands.ts";
import { deadlineMsOf } from "../vault-protocol/deadlines.ts";
import type { FieldReader } from "../vault-protocol/field-reader.ts";
import { FrameReader, readAndWipe } from "../vault-protocol/frames.ts";
import { FrameWriter, type Holds } from "../vault-protocol/frame-writer.ts";
import { Malformed } from "../vault-protocol/malformed.ts";
import { HeldMaterial } from "./held-material.ts";

const maximumUnsentBytes = 4_194_304;
const deadlineCheckMs = 250;

interface Attempt {
  /** Key material that goes along in full: once this is answered the vault holds it. */
  readonly sentInFull: Uint8Array[];
  readonly isSecondAttempt: boolean;
}

/** A command on its way. */
interface Exchange<Name extends VaultCommandName> extends Attempt {
  readonly command: Name;
  readonly request: VaultRequest<Name>;
  readonly resolve: (reply: VaultReply<Name> | Refusal) => void;
  readonly reject: (error: unknown) => void;
}

/** What is left to do for a command once it is written. */
interface Pending {
  readonly deadlineMs: number;
  readonly settle: (status: number, fields: FieldReader) => void;
  readonly reject: (error: unknown) => void;
}

export interface ChannelOptions {
  /** How long any command may take, instead of what the protocol gives each. */
  readonly deadlineMs: number | undefined;
  readonly onClose: () => void;
}

/**
 * Commands sent in one turn of the event loop leave in one write. Once the connection has
 * closed, every command that was not answered and every further one rejects with
 * VaultUnavailable.
 */
export class VaultChannel implements VaultClient {
  readonly #socket: Duplex;
  readonly #options: ChannelOptions;
  readonly #requests = new FrameWriter();
  readonly #held = new HeldMaterial();
  /** Oldest first. */
  readonly #pending = new Map<number, Pending>();
  readonly #deadlineCheck: NodeJS.Timeout;
  #sequence = 0;
  #isFlushDue = false;
  #isClosed = false;

  constructor(socket: Duplex, options: ChannelOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#deadlineCheck = setInterval(() => this.#rejectOverdue(), deadlineCheckMs).unref();
    const replies = new FrameReader(
      (status, sequence, fields) => this.#settle(status, sequence, fields),
      { copies: true },
    );
    socket.on("data", (chunk: Buffer) => {
      if (!readAndWipe(replies, chunk)) this.close();
    });
    for (const event of ["end", "error", "close"]) socket.on(event, () => this.close());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send<Name extends VaultCommandName>(
    command: Name,
    request: VaultRequest<Name>,
  ): Promise<VaultReply<Name> | Refusal> {
    return new Promise((resolve, reject) => {
      const isSecondAttempt = false;
      this.#write({ command, request, resolve, reject, sentInFull: [], isSecondAttempt });
    });
  }

  /** Ends the connection, and with it the vault's process. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#deadlineCheck);
    this.#socket.destroy();
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of lost) reject(new VaultUnavailable("the vault's connection closed"));
    this.#options.onClose();
  }

  #write<Name extends VaultCommandName>(exchange: Exchange<Name>): void {
    const obstacle = this.#obstacleTo(exchange);
    if (obstacle !== undefined) {
      exchange.reject(new VaultUnavailable(obstacle));
      return;
    }
    const { command, request } = exchange;
    const codec = commandCodecs[command];
    const sequence = (this.#sequence + 1) % 0x1_0000_0000;
    try {
      const writeBody = (): void => codec.request.write(this.#requests, request);
      this.#requests.frame(codec.opcode, sequence, writeBody, this.#holdsFor(exchange));
    } catch (error) {
      failToWrite(exchange, error);
      return;
    }
    this.#sequence = sequence;
    this.#pending.set(sequence, {
      deadlineMs: performance.now() + (this.#options.deadlineMs ?? deadlineMsOf(command)),
      settle: (status, fields) => this.#conclude(exchange, status, fields),
      reject: exchange.reject,
    });
    this.#scheduleFlush();
  }

  #obstacleTo({ isSecondAttempt }: Attempt): string | undefined {
    // It may have closed before it came here, and says so no more.
    if (this.#isClosed || this.#socket.destroyed) return "the vault's connection closed";
    // A second attempt has its place already: the first is still counted.
    const isFull = this.#pending.size >= maximumInFlight && !isSecondAttempt;
    if (isFull) return "too many commands are in flight";
    if (this.#socket.writableLength > maximumUnsentBytes) return "the vault reads too slowly";
    return undefined;
  }

  #holdsFor({ sentInFull, isSecondAttempt }: Attempt): Holds {
    return (reference) => {
      if (!isSecondAttempt && this.#held.has(reference)) return true;
      sentInFull.push(reference);
      return false;
    };
  }

  #scheduleFlush(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushDue = false;
    const batch = this.#requests.take();
    if (this.#isClosed) batch.fill(0);
    else this.#socket.write(batch, () => this.#requests.giveBack(batch));
  }

  #settle(status: number, sequence: number, fields: FieldReader): void {
    const pending = this.#pending.get(sequence);
    // The answer to a command that is overdue is of no use to anyone.
    if (pending === undefined) return;
    pending.settle(status, fields);
    this.#pending.delete(sequence);
  }

  #conclude<Name extends VaultCommandName>(
    exchange: Exchange<Name>,
    status: number,
    fields: FieldReader,
  ): void {
    if (status !== doneStatus) {
      this.#concludeRefused(exchange, refusalOf(status));
      return;
    }
    const reply = commandCodecs[exchange.command].reply.read(fields);
    fields.finish();
    for (const reference of exchange.sentInFull) this.#held.add(reference);
    // Rare, and what is still held will simply be sent in full once more.
    if (exchange.command === "forgetKeyMaterial") this.#held.clear();
    exchange.resolve(reply);
  }

  #concludeRefused<Name extends VaultCommandName>(
    exchange: Exchange<Name>,
    refusal: Refusal,
  ): void {
    if (refusal.refused !== "material-required" || exchange.isSecondAttempt) {
      exchange.resolve(refusal);
      return;
    }
    this.#write({ ...exchange, sentInFull: [], isSecondAttempt: true });
  }

  #rejectOverdue(): void {
    const nowMs = performance.now();
    for (const [sequence, { deadlineMs, reject }] of this.#pending) {
      if (deadlineMs > nowMs) continue;
      this.#pending.delete(sequence);
      reject(new VaultUnavailable("the vault did not answer in time"));
    }
  }
}

/** What does not fit into a frame is not a request that any vault understands. */
function failToWrite(
  { resolve, reject }: { resolve: (reply: Refusal) => void; reject: (error: unknown) => void },
  error: unknown,
): void {
  if (error instanceof Malformed) resolve({ refused: "malformed" });
  else reject(error);
}
