import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clusterId, hasSoftHsm, type SoftHsm, softHsm, userPin } from "../../test/soft-hsm.ts";
import { type TokenClient, tokenClient } from "../pkcs11-client/token-client.ts";
import type { TokenKeyStore } from "../service/token-keys.ts";
import { startTokens } from "./start-tokens.ts";

const keyStore: TokenKeyStore = {
  accountId: "111122223333",
  region: "eu-west-1",
  customKeyStoreId: "cks-1",
  clusterId,
  sealedPassword: Buffer.from("sealed"),
};
const associatedData = Buffer.alloc(32, 2);

function keyOf(name: number) {
  return { keyStore, tokenKeyId: Buffer.alloc(16, name) };
}

async function found(prepare: (hsm: SoftHsm) => string): Promise<unknown> {
  const hsm = softHsm();
  const tokenLabel = prepare(hsm);
  const clusters = [{ clusterId, accountId: keyStore.accountId, tokenLabel }];
  const started = startTokens({ ...hsm.config, clusters });
  const client = tokenClient({
    clusters,
    passwords: {
      seal: () => Promise.reject(new Error("nothing to seal")),
      open: () => Promise.resolve(Buffer.from(userPin)),
    },
  });
  client.attach(started.socket);
  try {
    return await client.find(keyStore);
  } finally {
    const ended = once(started.process, "exit");
    client.close();
    await ended;
    hsm.remove();
  }
}

function twice(hsm: SoftHsm): string {
  const pins = ["--pin", userPin, "--so-pin", "so-pin-0815"];
  hsm.util("--init-token", "--free", "--label", "keyhaven test", ...pins);
  return "keyhaven test";
}

describe.skipIf(!hasSoftHsm)("what works with tokens", () => {
  let hsm: SoftHsm;
  let pin: string;
  let client: TokenClient;
  let started: ReturnType<typeof startTokens>;
  beforeEach(() => {
    hsm = softHsm();
    pin = userPin;
    client = tokenClient({
      clusters: hsm.config.clusters,
      passwords: {
        seal: () => Promise.reject(new Error("nothing to seal")),
        open: () => Promise.resolve(Buffer.from(pin)),
      },
    });
    started = startTokens(hsm.config);
    client.attach(started.socket);
  });
  afterEach(async () => {
    const ended = once(started.process, "exit");
    client.close();
    await ended;
    hsm.remove();
  });

  test("makes a key, works with it, and destroys it", async () => {
    expect(await client.find(keyStore)).toEqual({ done: true });
    expect(await client.connect(keyStore)).toEqual({ done: true });
    const key = keyOf(1);
    expect(await client.create(key, "a label")).toHaveProperty("keyHandle");
    const plaintext = Buffer.from("text");
    const sealed = await client.encrypt(key, { plaintext, associatedData });
    if ("failed" in sealed) throw new Error(sealed.failed);
    expect(sealed.initializationVector).toHaveLength(12);
    expect(await client.decrypt(key, { ...sealed, associatedData })).toEqual({ plaintext });
    const altered = { ...sealed, associatedData: Buffer.alloc(32, 3) };
    expect(await client.decrypt(key, altered)).toEqual({ failed: "rejected" });
    const shortTag = { ...sealed, authenticationTag: sealed.authenticationTag.subarray(0, 12) };
    expect(await client.decrypt(key, { ...shortTag, associatedData })).toEqual({
      failed: "rejected",
    });
    expect(await client.destroy(key)).toEqual({ done: true });
    expect(await client.decrypt(key, { ...sealed, associatedData })).toEqual({
      failed: "key-missing",
    });
    expect(await client.destroy(key)).toEqual({ done: true });
  });

  test("key-missing for a key that was never made", async () => {
    const message = { plaintext: Buffer.from("text"), associatedData };
    expect(await client.encrypt(keyOf(2), message)).toEqual({ failed: "key-missing" });
  });

  test("failed for a second key of an id, and for a key of which there are several", async () => {
    const key = keyOf(3);
    await client.create(key, "one");
    expect(await client.create(key, "another")).toEqual({ failed: "failed" });
    const id = Buffer.from(key.tokenKeyId).toString("hex");
    const made = hsm.tool("--keygen", "--key-type", "AES:32", "--id", id, "--label", "another");
    if (made === undefined) return;
    // As a process that made neither of them finds it.
    await client.connect(keyStore);
    const message = { plaintext: Buffer.from("text"), associatedData };
    expect(await client.encrypt(key, message)).toEqual({ failed: "failed" });
  });

  test("pin-incorrect for another PIN, though somebody has logged in already", async () => {
    expect(await client.connect(keyStore)).toEqual({ done: true });
    pin = "another PIN";
    expect(await client.connect(keyStore)).toEqual({ failed: "pin-incorrect" });
  });

  test("gives random bytes, and not the same twice", async () => {
    const first = await client.generateRandom(keyStore, 1024);
    const second = await client.generateRandom(keyStore, 1024);
    expect(first).toHaveProperty("bytes.length", 1024);
    expect(first).not.toEqual(second);
  });

  test("keeps up with many calls at once, each with its own plaintext", async () => {
    await client.create(keyOf(4), "busy");
    const calls = Array.from({ length: 200 }, async (_, number) => {
      const plaintext = Buffer.from(`text ${number}`);
      const sealed = await client.encrypt(keyOf(4), { plaintext, associatedData });
      if ("failed" in sealed) throw new Error(sealed.failed);
      expect(await client.decrypt(keyOf(4), { ...sealed, associatedData })).toEqual({ plaintext });
    });
    await Promise.all(calls);
  });
});

describe.skipIf(!hasSoftHsm)("a token that is of no use", () => {
  test("is missing when no token has its label", async () => {
    expect(await found(() => "no such token")).toEqual({ failed: "token-missing" });
  });

  test("is unfit when another has the same label: which is meant would be a guess", async () => {
    expect(await found(twice)).toEqual({ failed: "token-unfit" });
  });
});

test("ends with a word for the operator when the module cannot be loaded", async () => {
  const started = startTokens({
    modulePath: "/nowhere/module.so",
    clusters: [{ clusterId, accountId: keyStore.accountId, tokenLabel: "a token" }],
  });
  let said = "";
  started.process.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await once(started.process, "close");
  started.socket.destroy();
  expect(said).toContain("/nowhere/module.so cannot be used");
  expect(started.process.exitCode).toBe(1);
});
