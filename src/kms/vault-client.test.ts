import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { socketPair } from "../../test/socket-pair.ts";
import { vaultBench } from "../../test/vault-bench.ts";
import type { VaultHandlers } from "../vault/commands/handlers.ts";
import { serve } from "../vault/serve.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { VaultUnavailable } from "../vault-protocol/commands.ts";
import { type VaultConnection, type VaultConnectionOptions, connectVault } from "./vault-client.ts";

const bench = await vaultBench();
afterAll(() => bench.close());

const encryptionContext = Buffer.alloc(4);
const plaintext = Buffer.from("kept");

const open = new Set<VaultConnection>();
afterEach(() => {
  for (const vault of open) vault.close();
  open.clear();
});

function connect(options: VaultConnectionOptions = {}): VaultConnection {
  const vault = connectVault(options);
  open.add(vault);
  return vault;
}

/** A vault behind a socket: both ends, and how many bytes it was sent in how many writes. */
function startVault(handlers: VaultHandlers = bench.vault.handlers) {
  const [socket, theirs] = socketPair();
  const sent: number[] = [];
  theirs.on("data", (chunk: Buffer) => sent.push(chunk.length));
  serve(theirs, handlers);
  return { socket, theirs, sent };
}

/** A vault that reads and never answers. */
function startSilentVault(): { socket: Duplex; theirs: Duplex } {
  const [socket, theirs] = socketPair();
  theirs.resume();
  return { socket, theirs };
}

const unavailable = (message: string) =>
  expect.objectContaining({ name: "VaultUnavailable", message });

describe("a vault connection", () => {
  test("carries commands to the vault and replies back", async () => {
    const vault = connect();
    vault.attach(startVault().socket);
    const material = bench.newMaterial();
    const bound = { material, encryptionContext };
    const sealed = await vault.send("encrypt", { ...bound, plaintext });
    if ("refused" in sealed) throw new Error(sealed.refused);
    const { ciphertextBlob } = sealed;
    expect(await vault.send("decrypt", { ...bound, ciphertextBlob })).toEqual({ plaintext });
    const other = { ...bound, encryptionContext: Buffer.alloc(5), ciphertextBlob };
    expect(await vault.send("decrypt", other)).toEqual({ refused: "rejected" });
  });

  test("gives each of many commands in flight its own reply", async () => {
    const vault = connect();
    vault.attach(startVault().socket);
    const lengths = Array.from({ length: 1_000 }, (_, index) => index + 1);
    const replies = await Promise.all(
      lengths.map(async (lengthBytes) => await vault.send("generateRandom", { lengthBytes })),
    );
    expect(replies.map((reply) => "bytes" in reply && reply.bytes.length)).toEqual(lengths);
  });

  test("sends what is asked in one turn of the event loop in one write", async () => {
    const vault = connect();
    const { socket, sent } = startVault();
    vault.attach(socket);
    await vault.send("describe", {});
    sent.length = 0;
    await Promise.all(Array.from({ length: 100 }, async () => await vault.send("describe", {})));
    expect(sent).toEqual([1_000]);
  });

  test("sends wrapped key material once, and again when the vault has let it go", async () => {
    const vault = connect();
    const { socket, sent } = startVault();
    vault.attach(socket);
    const material = bench.newMaterial();
    const request = { material, encryptionContext, plaintext };
    const bytesOf = async (): Promise<number> => {
      sent.length = 0;
      const reply = await vault.send("encrypt", request);
      expect(reply).toHaveProperty("ciphertextBlob");
      return sent.reduce((sum, length) => sum + length, 0);
    };
    const inFull = await bytesOf();
    const byReference = await bytesOf();
    expect(inFull).toBeGreaterThan(300);
    expect(byReference).toBeLessThan(60);

    bench.ask("forgetKeyMaterial", { reference: material.facts.reference });
    expect(await bytesOf()).toBe(byReference + inFull);
    expect(await bytesOf()).toBe(byReference);

    await vault.send("forgetKeyMaterial", { reference: material.facts.reference });
    expect(await bytesOf()).toBe(inFull);
  });

  test("sends everything in full to the next vault, which holds nothing", async () => {
    const vault = connect();
    vault.attach(startVault().socket);
    const material = bench.newMaterial();
    const request = { material, encryptionContext, plaintext };
    await vault.send("encrypt", request);
    const next = startVault();
    vault.attach(next.socket);
    await vault.send("encrypt", request);
    expect(next.sent[0]).toBeGreaterThan(300);
  });

  test("hands on material-required when full key material does not help", async () => {
    const vault = connect();
    const handlers: VaultHandlers = {
      ...bench.vault.handlers,
      encrypt: () => ({ refused: "material-required" }),
    };
    vault.attach(startVault(handlers).socket);
    const request = { material: bench.newMaterial(), encryptionContext, plaintext };
    expect(await vault.send("encrypt", request)).toEqual({ refused: "material-required" });
  });

  test("answers malformed itself when a request does not fit a frame", async () => {
    const vault = connect();
    vault.attach(startVault().socket);
    const material = bench.newMaterial();
    const request = { material, encryptionContext, plaintext: Buffer.alloc(4_097) };
    expect(await vault.send("encrypt", request)).toEqual({ refused: "malformed" });
    expect(await vault.send("describe", {})).toHaveProperty("instanceId");
  });
});

describe("a vault that is away", () => {
  test("is waited for, until one is attached and prepared", async () => {
    const order: string[] = [];
    const vault = connect({
      async onAttach(attached: VaultClient) {
        await attached.send("describe", {});
        order.push("prepared");
      },
    });
    const waiting = vault.send("describe", {}).then(() => order.push("answered"));
    await sleep(20);
    vault.attach(startVault().socket);
    await waiting;
    expect(order).toEqual(["prepared", "answered"]);
  });

  test("is not waited for longer than patience lasts", async () => {
    const vault = connect({ patienceMs: 20 });
    const attempt = vault.send("describe", {});
    await expect(attempt).rejects.toEqual(unavailable("no vault is attached"));
    await expect(vault.send("describe", {})).rejects.toBeInstanceOf(VaultUnavailable);
  });

  test("is not waited for by more than 1,024 commands", async () => {
    const vault = connect({ patienceMs: 20 });
    const ask = async () => await vault.send("describe", {});
    const attempts = Array.from({ length: 1_024 }, ask);
    await expect(ask()).rejects.toEqual(unavailable("too many commands wait for a vault"));
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
  });
});

describe("a vault that fails", () => {
  test("fails every command it has not answered when its connection closes", async () => {
    const vault = connect({ patienceMs: 20 });
    const { socket, theirs } = startSilentVault();
    vault.attach(socket);
    await sleep(1);
    const attempts = [1, 2].map(async () => await vault.send("describe", {}));
    const outcomes = Promise.allSettled(attempts);
    await sleep(5);
    theirs.destroy();
    const lost = { status: "rejected", reason: unavailable("the vault's connection closed") };
    expect(await outcomes).toEqual([lost, lost]);
    await expect(vault.send("describe", {})).rejects.toEqual(unavailable("no vault is attached"));
  });

  test("is replaced: what it has not answered fails, what follows goes to the next", async () => {
    const vault = connect();
    const first = startSilentVault();
    vault.attach(first.socket);
    await sleep(1);
    const lost = vault.send("describe", {});
    await sleep(1);
    vault.attach(startVault().socket);
    await expect(lost).rejects.toEqual(unavailable("the vault's connection closed"));
    expect(first.socket.destroyed).toBe(true);
    expect(await vault.send("describe", {})).toHaveProperty("instanceId");
  });

  test("fails a command that takes longer than its deadline, and only that", async () => {
    const vault = connect({ deadlineMs: 30 });
    const { socket } = startSilentVault();
    vault.attach(socket);
    const attempt = vault.send("describe", {});
    await expect(attempt).rejects.toEqual(unavailable("the vault did not answer in time"));
    expect(socket.destroyed).toBe(false);
  });

  test("is waited for longer by commands that have it look for primes", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "performance"] });
    try {
      const vault = connect();
      vault.attach(startSilentVault().socket);
      await sleep(1);
      const keyPairSpec = "RSA_4096";
      const request = { material: bench.newMaterial(), encryptionContext, keyPairSpec };
      const outcomes: string[] = [];
      const pair = vault.send("generateDataKeyPair", request).catch(() => outcomes.push("pair"));
      const quick = vault.send("describe", {}).catch(() => outcomes.push("quick"));
      vi.advanceTimersByTime(6_000);
      await quick;
      expect(outcomes).toEqual(["quick"]);
      vi.advanceTimersByTime(15_000);
      await pair;
      expect(outcomes).toEqual(["quick", "pair"]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("is sent no more than 1,024 commands at once", async () => {
    const vault = connect();
    const { socket, theirs } = startSilentVault();
    vault.attach(socket);
    await sleep(1);
    const attempts = Array.from({ length: 1_024 }, async () => await vault.send("describe", {}));
    const outcomes = Promise.allSettled(attempts);
    const oneMore = vault.send("describe", {});
    await expect(oneMore).rejects.toEqual(unavailable("too many commands are in flight"));
    theirs.destroy();
    expect((await outcomes).every(({ status }) => status === "rejected")).toBe(true);
  });

  test("is given up when it breaks the framing, or answers with what is no reply", async () => {
    for (const answer of ["ffffffff", "0000000600ff00000001", "0000000700000000000100"]) {
      const vault = connect();
      const [socket, theirs] = socketPair();
      theirs.on("data", () => theirs.write(Buffer.from(answer, "hex")));
      vault.attach(socket);
      await sleep(1);
      const attempt = vault.send("describe", {});
      await expect(attempt).rejects.toEqual(unavailable("the vault's connection closed"));
    }
  });

  test("is known to be gone when its connection closed before it was attached", async () => {
    const failures: unknown[] = [];
    const vault = connect({
      onAttach: async (attached) => void (await attached.send("describe", {})),
      onAttachFailure: (error) => failures.push(error),
    });
    const { socket } = startVault();
    socket.destroy();
    await sleep(1);
    vault.attach(socket);
    await sleep(1);
    expect(failures).toEqual([unavailable("the vault's connection closed")]);
    vault.attach(startVault().socket);
    expect(await vault.send("describe", {})).toHaveProperty("instanceId");
  });

  test("may answer what nobody waits for any more", async () => {
    const vault = connect();
    const { socket, theirs } = startVault();
    vault.attach(socket);
    theirs.write(Buffer.from("00000006000000ffffff", "hex"));
    expect(await vault.send("describe", {})).toHaveProperty("instanceId");
  });

  test("is closed and reported when it cannot be prepared; the next gets its chance", async () => {
    const failures: unknown[] = [];
    const failure = new Error("the store is away");
    let attempts = 0;
    const vault = connect({
      onAttach: async () => {
        attempts++;
        if (attempts === 1) throw failure;
        await Promise.resolve();
      },
      onAttachFailure: (error) => failures.push(error),
    });
    const first = startVault();
    vault.attach(first.socket);
    await sleep(1);
    expect([failures, first.socket.destroyed]).toEqual([[failure], true]);
    vault.attach(startVault().socket);
    expect(await vault.send("describe", {})).toHaveProperty("instanceId");
  });
});
