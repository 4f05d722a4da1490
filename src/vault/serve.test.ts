import { createHash, randomBytes } from "node:crypto";
import { type Duplex, duplexPair } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { socketPair } from "../../test/socket-pair.ts";
import { vaultBench } from "../../test/vault-bench.ts";
import { commandCodecs } from "../vault-protocol/command-codecs.ts";
import { doneStatus, statusOf } from "../vault-protocol/statuses.ts";
import { FrameReader } from "../vault-protocol/frames.ts";
import { FrameWriter } from "../vault-protocol/frame-writer.ts";
import { serve } from "./serve.ts";

const bench = await vaultBench();
afterAll(() => bench.close());

interface Peer {
  readonly socket: Duplex;
  /** Status and sequence of each reply. */
  readonly replies: { status: number; sequence: number }[];
  readonly state: { isClosed: boolean };
}

function connect(): Peer {
  const [socket, theirs] = socketPair();
  serve(theirs, bench.vault.handlers);
  const replies: Peer["replies"] = [];
  const state = { isClosed: false };
  const frames = new FrameReader((status, sequence) => replies.push({ status, sequence }), {
    copies: true,
  });
  socket.on("data", (chunk: Buffer) => frames.push(chunk));
  for (const event of ["end", "close", "error"]) socket.on(event, () => (state.isClosed = true));
  theirs.on("close", () => (state.isClosed = true));
  return { socket, replies, state };
}

async function defective(): Promise<never> {
  return await Promise.reject(new Error("a defect"));
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await nextTurn();
}

const material = bench.newMaterial();
const { ciphertextBlob } = bench.ask("encrypt", {
  material,
  encryptionContext: Buffer.alloc(4),
  plaintext: Buffer.from("hello"),
});

function soundRequests(): Buffer[] {
  const encryptionContext = Buffer.alloc(4);
  const bound = { material, encryptionContext };
  const facts = { accountId: "111122223333", accessKeyId: "AKIDEXAMPLE" };
  const token = { purpose: "marker", associatedData: Buffer.from("a") };
  const writers: ((out: FrameWriter) => void)[] = [
    (out) => commandCodecs.describe.request.write(out, {}),
    (out) => commandCodecs.encrypt.request.write(out, { ...bound, plaintext: Buffer.from("x") }),
    (out) => commandCodecs.decrypt.request.write(out, { ...bound, ciphertextBlob }),
    (out) => commandCodecs.generateDataKey.request.write(out, { ...bound, lengthBytes: 32 }),
    (out) => commandCodecs.createSecretAccessKey.request.write(out, { facts }),
    (out) => commandCodecs.sealToken.request.write(out, { ...token, body: Buffer.from("b") }),
    (out) => commandCodecs.generateRandom.request.write(out, { lengthBytes: 1_024 }),
  ];
  const opcodes = [1, 6, 7, 9, 12, 14, 11];
  return writers.map((write, index) => {
    const out = new FrameWriter();
    out.frame(opcodes[index] ?? 0, index, () => write(out));
    return Buffer.from(out.take());
  });
}

function frame(opcode: number, sequence: number, body: string): string {
  const head = Buffer.alloc(10);
  head.writeUInt32BE(6 + body.length / 2);
  head.writeUInt16BE(opcode, 4);
  head.writeUInt32BE(sequence, 6);
  return head.toString("hex") + body;
}

describe("serve", () => {
  test("answers what arrives together, in order, in one write", async () => {
    const [socket, theirs] = socketPair();
    serve(theirs, bench.vault.handlers);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    const requests = soundRequests();
    socket.write(Buffer.concat(requests));
    await settle();
    expect(chunks).toHaveLength(1);
    const statuses: number[][] = [];
    const frames = new FrameReader((status, sequence) => statuses.push([status, sequence]), {
      copies: true,
    });
    frames.push(chunks[0] ?? Buffer.alloc(0));
    expect(statuses).toEqual(requests.map((_, index) => [doneStatus, index]));
  });

  test("wipes the request it has read, and its reply once that has left", async () => {
    const [socket, theirs] = duplexPair();
    serve(theirs, bench.vault.handlers);
    const arrived: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => arrived.push(chunk));
    const canary = randomBytes(64);
    const out = new FrameWriter();
    const request = { material, encryptionContext: Buffer.alloc(4), plaintext: canary };
    out.frame(6, 1, () => commandCodecs.encrypt.request.write(out, request));
    const sent = Buffer.from(out.take());
    expect(sent.includes(canary)).toBe(true);
    // A pair hands over the very buffer that was written, so that its end can be watched.
    socket.write(sent);
    await settle();
    expect(sent.every((byte) => byte === 0)).toBe(true);
    expect(arrived[0]?.every((byte) => byte === 0)).toBe(true);
  });

  test("answers an unknown opcode, a cut body and trailing bytes with malformed", async () => {
    const { socket, replies, state } = connect();
    const frames = [frame(999, 1, ""), frame(6, 2, "00"), frame(1, 3, "00"), frame(1, 4, "")];
    socket.write(Buffer.from(frames.join(""), "hex"));
    await settle();
    expect(replies).toEqual([
      { status: 4, sequence: 1 },
      { status: 4, sequence: 2 },
      { status: 4, sequence: 3 },
      { status: doneStatus, sequence: 4 },
    ]);
    expect(state.isClosed).toBe(false);
  });

  test("refuses slow work that ends in an error, and goes on", async () => {
    const [socket, theirs] = socketPair();
    serve(theirs, { ...bench.vault.handlers, generateDataKeyPair: defective });
    const replies: number[][] = [];
    const frames = new FrameReader((status, sequence) => replies.push([status, sequence]), {
      copies: true,
    });
    socket.on("data", (chunk: Buffer) => frames.push(chunk));
    const { opcode, request } = commandCodecs.generateDataKeyPair;
    const asked = { material, encryptionContext: Buffer.alloc(4), keyPairSpec: "RSA_2048" };
    const out = new FrameWriter();
    out.frame(opcode, 1, () => request.write(out, asked));
    out.frame(commandCodecs.describe.opcode, 2, () => {});
    socket.write(out.take());
    await settle();
    expect(replies).toEqual([
      [doneStatus, 2],
      [statusOf({ refused: "failed" }), 1],
    ]);
  });

  test("refuses what has a reply that does not fit its frame, wipes that reply, and goes on", async () => {
    const [socket, theirs] = socketPair();
    const bytes = Buffer.alloc(9_000, 1);
    const generateRandom = () => ({ bytes });
    const sign = async () => await Promise.resolve({ signature: bytes });
    serve(theirs, { ...bench.vault.handlers, generateRandom, sign });
    const replies: number[][] = [];
    const frames = new FrameReader((status, sequence) => replies.push([status, sequence]), {
      copies: true,
    });
    socket.on("data", (chunk: Buffer) => frames.push(chunk));
    const out = new FrameWriter();
    const [algorithm, messageType] = ["ECDSA_SHA_256", "RAW"];
    const request = { material, algorithm, messageType, message: Buffer.from("m") };
    out.frame(19, 1, () => commandCodecs.sign.request.write(out, request));
    socket.write(Buffer.from(out.take()));
    await settle();
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    out.frame(11, 2, () => commandCodecs.generateRandom.request.write(out, { lengthBytes: 1 }));
    out.frame(1, 3, () => {});
    socket.write(Buffer.from(out.take()));
    await settle();
    const failed = statusOf({ refused: "failed" });
    expect(replies).toEqual([
      [failed, 1],
      [failed, 2],
      [doneStatus, 3],
    ]);
  });

  test.each(["00000000", "00000005", "00010000", "ffffffff"])(
    "closes the connection at a length of %s",
    async (length) => {
      const { socket, state } = connect();
      socket.write(Buffer.from(`${length}0001000000010000`, "hex"));
      await settle();
      expect(state.isClosed).toBe(true);
    },
  );

  test("reads nothing more while its replies are not read", async () => {
    const [socket, theirs] = socketPair();
    serve(theirs, bench.vault.handlers);
    const out = new FrameWriter();
    const lengthBytes = 1_024;
    for (let sequence = 0; sequence < 200; sequence++) {
      out.frame(11, sequence, () =>
        commandCodecs.generateRandom.request.write(out, { lengthBytes }),
      );
    }
    const requests = Buffer.from(out.take());
    for (let batch = 0; batch < 50; batch++) socket.write(Buffer.from(requests));
    await settle();
    expect(theirs.isPaused()).toBe(true);
    expect(theirs.writableLength).toBeLessThan(1_000_000);
    const got = { bytes: 0 };
    socket.on("data", (chunk: Buffer) => (got.bytes += chunk.length));
    await expect.poll(() => got.bytes).toBe(50 * 200 * 1_038);
  });

  test("waits once for a peer that does not read, however many slow commands end meanwhile", async () => {
    const [socket, theirs] = socketPair();
    const waiting: (() => void)[] = [];
    const sign = async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { signature: Buffer.alloc(8_000) };
    };
    serve(theirs, { ...bench.vault.handlers, sign });
    const out = new FrameWriter();
    const [algorithm, messageType] = ["ECDSA_SHA_256", "RAW"];
    const request = { material, algorithm, messageType, message: Buffer.from("m") };
    for (let sequence = 0; sequence < 40; sequence++) {
      out.frame(19, sequence, () => commandCodecs.sign.request.write(out, request));
    }
    socket.write(Buffer.from(out.take()));
    await settle();
    for (const finish of waiting) {
      finish();
      await settle();
    }
    expect(theirs.isPaused()).toBe(true);
    expect(theirs.listenerCount("drain")).toBe(1);
    const counts = { replies: 0 };
    const frames = new FrameReader(() => counts.replies++, { copies: true });
    socket.on("data", (chunk: Buffer) => frames.push(chunk));
    await expect.poll(() => counts.replies).toBe(40);
    expect(theirs.isPaused()).toBe(false);
  });

  test("answers what is quick while slow commands are under way, and those when they are done", async () => {
    const signer = await bench.newKeyPair({ keySpec: "RSA_4096", keyUsage: "SIGN_VERIFY" });
    const request = {
      material: signer.material,
      algorithm: "RSASSA_PSS_SHA_256",
      messageType: "RAW",
      message: Buffer.from("m"),
    };
    const { socket, replies } = connect();
    const out = new FrameWriter();
    for (let sequence = 0; sequence < 20; sequence++) {
      out.frame(19, sequence, () => commandCodecs.sign.request.write(out, request));
    }
    out.frame(1, 99, () => commandCodecs.describe.request.write(out, {}));
    socket.write(Buffer.from(out.take()));
    await expect.poll(() => replies.length, { timeout: 10_000 }).toBe(21);
    expect(replies[0]).toEqual({ status: doneStatus, sequence: 99 });
    const slow = replies.slice(1).map(({ sequence }) => sequence);
    expect(slow.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  test("reads nothing more while a thousand slow commands are under way, then goes on", async () => {
    const [socket, theirs] = socketPair();
    const waiting: (() => void)[] = [];
    const signed = { signature: Buffer.alloc(64) };
    const sign = async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return signed;
    };
    serve(theirs, { ...bench.vault.handlers, sign });
    const counts = { replies: 0 };
    const frames = new FrameReader(() => counts.replies++, { copies: true });
    socket.on("data", (chunk: Buffer) => frames.push(chunk));
    const out = new FrameWriter();
    const [algorithm, messageType] = ["ECDSA_SHA_256", "RAW"];
    const request = { material, algorithm, messageType, message: Buffer.from("m") };
    for (let sequence = 0; sequence < 1_500; sequence++) {
      out.frame(19, sequence, () => commandCodecs.sign.request.write(out, request));
      // In pieces: what has arrived together is begun together.
      if (sequence % 100 === 99) socket.write(Buffer.from(out.take()));
    }
    await settle();
    expect(theirs.isPaused()).toBe(true);
    expect(waiting.length).toBeLessThan(1_500);
    await expect
      .poll(() => {
        for (const finish of waiting.splice(0)) finish();
        return counts.replies;
      })
      .toBe(1_500);
    expect(theirs.isPaused()).toBe(false);
  });

  test("answers or closes, and never throws, for 10,000 random and mutated frames", async () => {
    const sound = soundRequests();
    let peer = connect();
    const outcome = { answered: 0, closed: 0 };
    for (let seed = 0; seed < 10_000; seed++) {
      const random = createHash("sha512").update(`frame ${seed}`).digest();
      peer.socket.write(hostileFrame(sound, random));
      if (seed % 4 !== 3) continue;
      await settle();
      outcome.answered += peer.replies.length;
      if (peer.state.isClosed) outcome.closed++;
      peer.socket.destroy();
      peer = connect();
    }
    expect(outcome.answered).toBeGreaterThan(5_000);
    expect(outcome.closed).toBeGreaterThan(500);
    const { socket, replies } = connect();
    socket.write(Buffer.concat(soundRequests()));
    await settle();
    expect(replies.every(({ status }) => status === doneStatus)).toBe(true);
  });

  test("does nothing for any cut of a sound request until the rest of it comes", async () => {
    for (const request of soundRequests()) {
      const { socket, replies } = connect();
      for (let cut = 1; cut < request.length; cut += 1 + (request.length >> 6)) {
        replies.length = 0;
        socket.write(Buffer.from(request.subarray(0, cut)));
        await nextTurn();
        expect(replies).toEqual([]);
        socket.write(Buffer.from(request.subarray(cut)));
        await settle();
        expect(replies.map(({ status }) => status)).toEqual([doneStatus]);
      }
    }
  });
});

/** Noise; noise in a sound frame's clothes; a sound frame changed in one place, or cut. */
function hostileFrame(sound: readonly Buffer[], random: Buffer): Buffer {
  const [kind = 0, choice = 0, at = 0, value = 0] = random;
  const whole = Buffer.from(sound[choice % sound.length] ?? Buffer.alloc(0));
  if (kind % 16 === 0) return random;
  if (kind % 16 === 1) return whole.subarray(0, at % whole.length);
  if (kind % 2 === 0) {
    const body = random.subarray(4, 4 + (at % 60));
    const head = Buffer.alloc(10);
    head.writeUInt32BE(6 + body.length);
    head.writeUInt16BE(value % 32, 4);
    return Buffer.concat([head, body]);
  }
  // Past the length field: the framing stays, so that the body is what is looked at.
  whole[4 + (random.readUInt16BE(4) % (whole.length - 4))] = value;
  return whole;
}
