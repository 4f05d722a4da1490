import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { socketPair } from "../../test/socket-pair.ts";
import { TokenError } from "../pkcs11/return-values.ts";
import type { TokenHandlers } from "../pkcs11/handlers.ts";
import { serveTokens } from "../pkcs11/serve.ts";
import type { TokenKeyStore } from "../service/token-keys.ts";
import { tokenClient } from "./token-client.ts";

const tokenLabel = "the token";
const keyStore: TokenKeyStore = {
  accountId: "111122223333",
  region: "eu-west-1",
  customKeyStoreId: "cks-1",
  clusterId: "cluster-2345672abcd",
  sealedPassword: Buffer.from("sealed"),
};
const key = { keyStore, tokenKeyId: Buffer.alloc(16, 1) };
const message = { plaintext: Buffer.from("text"), associatedData: Buffer.alloc(32) };

/** The other end, with a token that somebody has to log in to. */
function aToken() {
  const state = { pin: "right", isLoggedIn: false, logIns: 0, hangs: false };
  const requireLogIn = async (): Promise<void> => {
    if (state.hangs) await new Promise(() => undefined);
    if (!state.isLoggedIn) throw new TokenError("logged-out", "nobody has logged in");
  };
  const handlers: TokenHandlers = {
    findToken: async () => ({ done: true }),
    async logIn({ pin }) {
      state.logIns += 1;
      await delay(5);
      if (Buffer.from(pin).toString() !== state.pin) throw new TokenError("pin-incorrect", "");
      state.isLoggedIn = true;
      return { done: true };
    },
    async logOut() {
      state.isLoggedIn = false;
      return { done: true };
    },
    async createKey() {
      await requireLogIn();
      return { keyHandle: "7" };
    },
    async encrypt({ plaintext }) {
      await requireLogIn();
      return {
        initializationVector: Buffer.alloc(12),
        authenticationTag: Buffer.alloc(16),
        ciphertext: Buffer.from(plaintext),
      };
    },
    async decrypt() {
      await requireLogIn();
      throw new TokenError("rejected", "");
    },
    destroyKey: async () => ({ done: true }),
    generateRandom: async ({ lengthBytes }) => ({ bytes: Buffer.alloc(lengthBytes, 9) }),
  };
  return { state, handlers };
}

function setUp(pin = "right") {
  const token = aToken();
  const opened: Buffer[] = [];
  const client = tokenClient({
    clusters: [{ clusterId: keyStore.clusterId, accountId: keyStore.accountId, tokenLabel }],
    passwords: {
      seal: () => Promise.reject(new Error("nothing to seal")),
      open() {
        const password = Buffer.from(pin);
        opened.push(password);
        return Promise.resolve(password);
      },
    },
    patienceMs: 50,
  });
  const attach = () => {
    const [ours, theirs] = socketPair();
    serveTokens(theirs, token.handlers, (error) => {
      throw error;
    });
    client.attach(ours);
    return theirs;
  };
  return { ...token, client, opened, attach };
}

describe("the client of tokens", () => {
  test("is told of what the token says, and what it made", async () => {
    const { client, attach } = setUp();
    attach();
    expect(await client.find(keyStore)).toEqual({ done: true });
    expect(await client.connect(keyStore)).toEqual({ done: true });
    expect(await client.create(key, "label")).toEqual({ keyHandle: "7" });
    const made = await client.encrypt(key, message);
    expect(made).toMatchObject({ ciphertext: message.plaintext });
    const sealed = {
      initializationVector: Buffer.alloc(12),
      authenticationTag: Buffer.alloc(16),
      ciphertext: Buffer.alloc(1),
      associatedData: message.associatedData,
    };
    expect(await client.decrypt(key, sealed)).toEqual({ failed: "rejected" });
    expect(await client.generateRandom(keyStore, 3)).toEqual({ bytes: Buffer.alloc(3, 9) });
    expect(await client.destroy(key)).toEqual({ done: true });
    client.close();
  });

  test("failed, and goes on, for a request with a field that is too long", async () => {
    const { client, attach } = setUp();
    attach();
    const sealed = {
      initializationVector: Buffer.alloc(12),
      authenticationTag: Buffer.alloc(17),
      ciphertext: Buffer.alloc(1),
      associatedData: message.associatedData,
    };
    expect(await client.decrypt(key, sealed)).toEqual({ failed: "failed" });
    expect(await client.find(keyStore)).toEqual({ done: true });
    client.close();
  });

  test("logs in with the longest password, of three bytes a character", async () => {
    const longest = "\u20ac".repeat(32);
    const { client, attach, state } = setUp(longest);
    state.pin = longest;
    attach();
    expect(await client.connect(keyStore)).toEqual({ done: true });
    client.close();
  });

  test("cluster-unknown for one of another account, whatever its id", async () => {
    const { client, attach } = setUp();
    attach();
    const other = { ...keyStore, accountId: "444455556666" };
    expect(await client.find(other)).toEqual({ failed: "cluster-unknown" });
    expect(await client.connect(other)).toEqual({ failed: "cluster-unknown" });
    expect(await client.encrypt({ ...key, keyStore: other }, message)).toEqual({
      failed: "cluster-unknown",
    });
    client.close();
  });

  test("logs in once for all who find nobody logged in, and wipes the password", async () => {
    const { client, attach, state, opened } = setUp();
    attach();
    const all = await Promise.all(
      Array.from({ length: 20 }, async () => await client.encrypt(key, message)),
    );
    for (const made of all) expect(made).not.toHaveProperty("failed");
    expect(state.logIns).toBe(1);
    expect(opened).toEqual([Buffer.alloc(5)]);
    client.close();
  });

  test("does not try a password again that the token refused: its user would be locked out", async () => {
    const { client, attach, state } = setUp("wrong");
    attach();
    expect(await client.connect(keyStore)).toEqual({ failed: "pin-incorrect" });
    for (let attempts = 0; attempts < 5; attempts += 1) {
      expect(await client.encrypt(key, message)).toEqual({ failed: "pin-incorrect" });
    }
    expect(state.logIns).toBe(1);
    // Unless somebody asks for just that.
    await client.connect(keyStore);
    expect(state.logIns).toBe(2);
    client.close();
  });

  test("does not log in again for a command that comes after it was disconnected", async () => {
    const { client, attach, state } = setUp();
    attach();
    await client.connect(keyStore);
    await client.disconnect(keyStore);
    expect(await client.encrypt(key, message)).toEqual({ failed: "failed" });
    expect(state.isLoggedIn).toBe(false);
    client.close();
  });

  test("goes on with the next process, logged in again", async () => {
    const { client, attach, state } = setUp();
    const first = attach();
    await client.connect(keyStore);
    first.destroy();
    state.isLoggedIn = false;
    await delay(5);
    const waiting = client.encrypt(key, message);
    attach();
    expect(await waiting).not.toHaveProperty("failed");
    client.close();
  });

  test("away when no process comes in time", async () => {
    const { client } = setUp();
    expect(await client.find(keyStore)).toEqual({ failed: "away" });
  });

  test("away for what was not answered when the process died", async () => {
    const { client, attach, state } = setUp();
    const first = attach();
    state.hangs = true;
    const waiting = client.encrypt(key, message);
    await delay(5);
    first.destroy();
    expect(await waiting).toEqual({ failed: "away" });
  });

  test("timed-out for a token that does not answer, and nothing else waits for it", async () => {
    const { client, attach, state } = setUp();
    attach();
    state.hangs = true;
    const hanging = client.encrypt(key, message);
    expect(await client.generateRandom(keyStore, 1)).toEqual({ bytes: Buffer.alloc(1, 9) });
    expect(await hanging).toEqual({ failed: "timed-out" });
    client.close();
  });
});
