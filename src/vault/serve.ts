/** Reads commands from a peer and answers them, in order, as long as it keeps to the protocol. */
import type { Duplex } from "node:stream";
import {
  commandCodecs,
  commandOf,
  doneStatus,
  statusOf,
} from "../vault-protocol/command-codecs.ts";
import type { Refusal, VaultCommandName, VaultReply } from "../vault-protocol/commands.ts";
import type { FieldReader } from "../vault-protocol/field-reader.ts";
import { FrameReader } from "../vault-protocol/frames.ts";
import { FrameWriter } from "../vault-protocol/frame-writer.ts";
import { Malformed } from "../vault-protocol/malformed.ts";
import type { VaultHandlers } from "./commands/handlers.ts";
import { isRefusal, malformed } from "./refusals.ts";

/**
 * Serves one peer until its connection closes. A command that makes no sense is answered
 * "malformed"; a broken framing ends the connection. Replies to all that arrived together
 * leave together, and nothing more is read while the peer does not read its replies.
 */
export function serve(peer: Duplex, handlers: VaultHandlers): void {
  const replies = new FrameWriter();
  /** Replies that did not come at once leave in the same way, a turn's worth at a time. */
  let isFlushDue = false;
  const later = (): void => {
    if (isFlushDue) return;
    isFlushDue = true;
    setImmediate(() => {
      isFlushDue = false;
      if (!peer.destroyed && replies.length > 0) flush(peer, replies);
    });
  };
  const frames = new FrameReader(
    (opcode, sequence, fields) => answer({ opcode, sequence, fields }, handlers, replies, later),
    { copies: false },
  );

  peer.on("data", (chunk: Buffer) => {
    const isSound = frames.push(chunk);
    chunk.fill(0);
    if (!isSound) peer.destroy();
    else if (replies.length > 0) flush(peer, replies);
  });
  // The connection closes next, and that is dealt with by whoever owns it.
  peer.on("error", () => {});
}

function flush(peer: Duplex, replies: FrameWriter): void {
  const batch = replies.take();
  const peerKeepsUp = peer.write(batch, () => replies.giveBack(batch));
  if (peerKeepsUp) return;
  peer.pause();
  peer.once("drain", () => peer.resume());
}

interface Request {
  readonly opcode: number;
  readonly sequence: number;
  readonly fields: FieldReader;
}

function answer(
  request: Request,
  handlers: VaultHandlers,
  replies: FrameWriter,
  later: () => void,
): void {
  const command = commandOf(request.opcode);
  if (command === undefined) refuse(request.sequence, malformed, replies);
  else answerCommand(command, request, handlers, replies, later);
}

function answerCommand<Name extends VaultCommandName>(
  command: Name,
  { sequence, fields }: Request,
  handlers: Pick<VaultHandlers, Name>,
  replies: FrameWriter,
  later: () => void,
): void {
  const codec = commandCodecs[command];
  const request = readWhole(() => {
    const read = codec.request.read(fields);
    fields.finish();
    return read;
  });
  const reply = request === undefined ? malformed : handlers[command](request);
  const send = (answered: VaultReply<Name> | Refusal): void => {
    if (isRefusal(answered)) {
      refuse(sequence, answered, replies);
      return;
    }
    replies.frame(doneStatus, sequence, () => codec.reply.write(replies, answered));
    wipe(answered);
  };
  if (!(reply instanceof Promise)) {
    send(reply);
    return;
  }
  // A slow command that fails is a defect: nobody catches it, and the process ends.
  void sendWhenDone(reply, send, later);
}

async function sendWhenDone<Reply>(
  reply: Promise<Reply>,
  send: (answered: Reply) => void,
  later: () => void,
): Promise<void> {
  send(await reply);
  later();
}

function readWhole<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function refuse(sequence: number, refusal: Refusal, replies: FrameWriter) {
  replies.frame(statusOf(refusal), sequence, () => {});
}

function wipe(reply: object): void {
  for (const member of Object.values(reply)) {
    if (member instanceof Uint8Array) member.fill(0);
  }
}
