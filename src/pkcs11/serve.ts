/** Reads commands from a peer and answers each when its token has, as long as the peer keeps to the protocol. */
import type { Duplex } from "node:stream";
import { doneStatus, statusOf, tokenCodecs, tokenCommandOf } from "../pkcs11-protocol/codecs.ts";
import type { TokenCommandName, TokenFailure } from "../pkcs11-protocol/commands.ts";
import type { FieldReader } from "../vault-protocol/field-reader.ts";
import { FrameReader } from "../vault-protocol/frames.ts";
import { FrameWriter } from "../vault-protocol/frame-writer.ts";
import { Malformed } from "../vault-protocol/malformed.ts";
import { wipeMembers } from "../vault-protocol/wipe-members.ts";
import type { TokenHandlers } from "./handlers.ts";
import { TokenError } from "./return-values.ts";

/** Commands under way; nothing more is read while there are as many. */
const inFlightAtMost = 1_024;

/**
 * Serves one peer until its connection closes. A command that makes no sense is answered
 * "malformed"; a broken framing ends the connection. `onDefect` hears of errors that no
 * module brought about; the peer is told "failed".
 */
export function serveTokens(
  peer: Duplex,
  handlers: TokenHandlers,
  onDefect: (error: unknown) => void,
): void {
  const replies = new FrameWriter();
  let inFlight = 0;

  const send = (status: number, sequence: number, writeBody: () => void): void => {
    replies.frame(status, sequence, writeBody);
    const batch = replies.take();
    if (!peer.destroyed) peer.write(batch, () => replies.giveBack(batch));
  };
  const refuse = (sequence: number, failure: TokenFailure): void =>
    send(statusOf(failure), sequence, () => undefined);

  const begin = async (
    command: TokenCommandName,
    sequence: number,
    fields: FieldReader,
  ): Promise<void> => {
    try {
      const writeReply = await carryOut(command, handlers, fields);
      send(doneStatus, sequence, () => writeReply(replies));
    } catch (error) {
      refuse(sequence, failureOf(error, onDefect));
    }
  };

  const answer = async (opcode: number, sequence: number, fields: FieldReader): Promise<void> => {
    const command = tokenCommandOf(opcode);
    if (command === undefined) {
      refuse(sequence, "malformed");
      return;
    }
    inFlight += 1;
    if (inFlight === inFlightAtMost) peer.pause();
    await begin(command, sequence, fields);
    inFlight -= 1;
    if (inFlight === inFlightAtMost - 1) peer.resume();
  };

  const frames = new FrameReader(
    (opcode, sequence, fields) => void answer(opcode, sequence, fields),
    { copies: true },
  );
  peer.on("data", (chunk: Buffer) => {
    const isSound = frames.push(chunk);
    chunk.fill(0);
    if (!isSound) peer.destroy();
  });
  // The connection closes next, and that is dealt with by whoever owns it.
  peer.on("error", () => undefined);
}

/** Reads the request before anything else comes, and gives what writes the reply and wipes it. */
async function carryOut<Name extends TokenCommandName>(
  command: Name,
  handlers: Pick<TokenHandlers, Name>,
  fields: FieldReader,
): Promise<(replies: FrameWriter) => void> {
  const codec = tokenCodecs[command];
  const request = codec.request.read(fields);
  fields.finish();
  const reply = await handlers[command](request);
  return (replies) => {
    codec.reply.write(replies, reply);
    wipeMembers(reply);
  };
}

function failureOf(error: unknown, onDefect: (error: unknown) => void): TokenFailure {
  if (error instanceof Malformed) return "malformed";
  if (!(error instanceof TokenError)) onDefect(error);
  return error instanceof TokenError ? error.failure : "failed";
}
