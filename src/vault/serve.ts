/** Reads commands from a peer and answers them, in order, as long as it keeps to the protocol. */
import type { Duplex } from "node:stream";
import { commandCodecs, commandOf } from "../vault-protocol/command-codecs.ts";
import { doneStatus, statusOf } from "../vault-protocol/statuses.ts";
import {
  maximumInFlight,
  type Refusal,
  type VaultCommandName,
  type VaultReply,
} from "../vault-protocol/commands.ts";
import type { FieldReader } from "../vault-protocol/field-reader.ts";
import { FrameReader } from "../vault-protocol/frames.ts";
import { FrameWriter } from "../vault-protocol/frame-writer.ts";
import { Malformed } from "../vault-protocol/malformed.ts";
import { wipeMembers } from "../vault-protocol/wipe-members.ts";
import type { VaultHandlers } from "./commands/handlers.ts";
import { failed, isRefusal, malformed } from "./refusals.ts";

/**
 * Serves one peer until its connection closes. A command that makes no sense is answered
 * "malformed"; a broken framing ends the connection. Replies to all that arrived together
 * leave together, those of slow commands when they are done. Nothing more is read while
 * the peer does not read its replies, or while too many slow commands are under way.
 */
export function serve(peer: Duplex, handlers: VaultHandlers): void {
  const replies = new Replies(peer);
  const frames = new FrameReader(
    (opcode, sequence, fields) => answer({ opcode, sequence, fields }, handlers, replies),
    { copies: false },
  );

  peer.on("data", (chunk: Buffer) => {
    const isSound = frames.push(chunk);
    chunk.fill(0);
    if (isSound) replies.flush();
    else peer.destroy();
  });
  // The connection closes next, and that is dealt with by whoever owns it.
  peer.on("error", () => {});
}

/** The replies to one peer, and whether it may send more. */
class Replies {
  readonly frames = new FrameWriter();
  readonly #peer: Duplex;
  #slow = 0;
  #isUnread = false;
  #isFlushDue = false;

  constructor(peer: Duplex) {
    this.#peer = peer;
  }

  /** Sends what has gathered, in one write. */
  flush(): void {
    if (this.frames.length === 0 || this.#peer.destroyed) return;
    const batch = this.frames.take();
    const peerKeepsUp = this.#peer.write(batch, () => this.frames.giveBack(batch));
    if (peerKeepsUp || this.#isUnread) return;
    this.#isUnread = true;
    this.#pauseOrResume();
    this.#peer.once("drain", () => {
      this.#isUnread = false;
      this.#pauseOrResume();
    });
  }

  beginSlow(): void {
    this.#slow++;
    if (this.#slow === maximumInFlight) this.#pauseOrResume();
  }

  /** Its reply leaves with all others of this turn of the event loop. */
  endSlow(): void {
    this.#slow--;
    if (this.#slow === maximumInFlight - 1) this.#pauseOrResume();
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.flush();
    });
  }

  #pauseOrResume(): void {
    if (this.#isUnread || this.#slow >= maximumInFlight) this.#peer.pause();
    else this.#peer.resume();
  }
}

interface Request {
  readonly opcode: number;
  readonly sequence: number;
  readonly fields: FieldReader;
}

function answer(request: Request, handlers: VaultHandlers, replies: Replies): void {
  const command = commandOf(request.opcode);
  if (command === undefined) refuse(request.sequence, malformed, replies.frames);
  else answerCommand(command, request, handlers, replies);
}

function answerCommand<Name extends VaultCommandName>(
  command: Name,
  { sequence, fields }: Request,
  handlers: Pick<VaultHandlers, Name>,
  replies: Replies,
): void {
  const codec = commandCodecs[command];
  const request = unlessMalformed(() => {
    const read = codec.request.read(fields);
    fields.finish();
    return read;
  });
  const reply = request === undefined ? malformed : handlers[command](request);
  const { frames } = replies;
  const send = (answered: VaultReply<Name> | Refusal): void => {
    if (isRefusal(answered)) {
      refuse(sequence, answered, frames);
      return;
    }
    const isWritten = unlessMalformed(() => {
      frames.frame(doneStatus, sequence, () => codec.reply.write(frames, answered));
      return true;
    });
    // Work whose result fits no frame is a defect, but no reason to end for everybody.
    if (isWritten !== true) refuse(sequence, failed, frames);
    wipeMembers(answered);
  };
  if (!(reply instanceof Promise)) {
    send(reply);
    return;
  }
  void sendWhenDone(reply, send, replies);
}

/** Work that fails is a defect, but no reason to take everybody's keys away: it alone is refused. */
async function sendWhenDone<Reply>(
  reply: Promise<Reply>,
  send: (answered: Reply | Refusal) => void,
  replies: Replies,
): Promise<void> {
  replies.beginSlow();
  send(await reply.catch(() => failed));
  replies.endSlow();
}

/** What comes of a frame that is read or written whole; nothing when it cannot be. */
function unlessMalformed<T>(readOrWrite: () => T): T | undefined {
  try {
    return readOrWrite();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function refuse(sequence: number, refusal: Refusal, replies: FrameWriter) {
  replies.frame(statusOf(refusal), sequence, () => {});
}
