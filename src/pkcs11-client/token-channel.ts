/** One connection to the process that works with tokens: commands out in frames, replies back by sequence number. */
import type { Duplex } from "node:stream";
import { doneStatus, failureOf, tokenCodecs } from "../pkcs11-protocol/codecs.ts";
import {
  deadlineMsOf,
  type TokenCommandName,
  type TokenFailure,
  type TokenReply,
  type TokenRequest,
} from "../pkcs11-protocol/commands.ts";
import type { FieldReader } from "../vault-protocol/field-reader.ts";
import { FrameReader, readAndWipe } from "../vault-protocol/frames.ts";
import { FrameWriter } from "../vault-protocol/frame-writer.ts";
import { Malformed } from "../vault-protocol/malformed.ts";

const inFlightAtMost = 1_024;

/** Why a command was not carried out; beyond what the other end says, that it is away or slow. */
export interface NotDone {
  readonly failed: TokenFailure | "away" | "timed-out";
}

export type Answer<Name extends TokenCommandName> = TokenReply<Name> | NotDone;

export function isNotDone(answer: object): answer is NotDone {
  return "failed" in answer;
}

interface Pending {
  readonly settle: (status: number, fields: FieldReader) => void;
  readonly fail: (failed: NotDone["failed"]) => void;
  readonly overdue: NodeJS.Timeout;
}

/** Once the connection has closed, all that was not answered and every further command is "away". */
export class TokenChannel {
  readonly #socket: Duplex;
  readonly #onClose: () => void;
  readonly #requests = new FrameWriter();
  readonly #pending = new Map<number, Pending>();
  #sequence = 0;
  #isClosed = false;

  constructor(socket: Duplex, onClose: () => void) {
    this.#socket = socket;
    this.#onClose = onClose;
    const replies = new FrameReader(
      (status, sequence, fields) => this.#settle(status, sequence, fields),
      { copies: true },
    );
    socket.on("data", (chunk: Buffer) => {
      if (!readAndWipe(replies, chunk)) this.close();
    });
    for (const event of ["end", "error", "close"]) socket.on(event, () => this.close());
  }

  /** Never rejects; "malformed" for a request that has no place in a frame. */
  async send<Name extends TokenCommandName>(
    command: Name,
    request: TokenRequest<Name>,
  ): Promise<Answer<Name>> {
    if (this.#isClosed || this.#socket.destroyed) return { failed: "away" };
    if (this.#pending.size >= inFlightAtMost) return { failed: "busy" };
    try {
      return await new Promise<Answer<Name>>((resolve) => this.#write(command, request, resolve));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return { failed: "malformed" };
    }
  }

  /** Ends the connection, and with it the process. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
    for (const { fail } of this.#pending.values()) fail("away");
    this.#onClose();
  }

  #write<Name extends TokenCommandName>(
    command: Name,
    request: TokenRequest<Name>,
    resolve: (answer: Answer<Name>) => void,
  ): void {
    const codec = tokenCodecs[command];
    const sequence = (this.#sequence + 1) % 0x1_0000_0000;
    this.#sequence = sequence;
    this.#requests.frame(codec.opcode, sequence, () =>
      codec.request.write(this.#requests, request),
    );
    const conclude = (answer: Answer<Name>): void => {
      this.#pending.delete(sequence);
      clearTimeout(overdue);
      resolve(answer);
    };
    const fail = (failed: NotDone["failed"]): void => conclude({ failed });
    const overdue = setTimeout(() => fail("timed-out"), deadlineMsOf(command)).unref();
    this.#pending.set(sequence, {
      fail,
      overdue,
      settle(status, fields) {
        if (status !== doneStatus) fail(failureOf(status));
        else conclude(readWhole(fields, () => codec.reply.read(fields)));
      },
    });
    const batch = this.#requests.take();
    this.#socket.write(batch, () => this.#requests.giveBack(batch));
  }

  /** The answer to a command that is overdue is of no use to anyone. */
  #settle(status: number, sequence: number, fields: FieldReader): void {
    this.#pending.get(sequence)?.settle(status, fields);
  }
}

function readWhole<Reply>(fields: FieldReader, read: () => Reply): Reply {
  const reply = read();
  fields.finish();
  return reply;
}
