import { describe, expect, test } from "vitest";
import type { Cryptoki } from "./cryptoki.ts";
import { TokenError } from "./return-values.ts";
import { createKey, encrypt } from "./token-keys.ts";
import { Token } from "./token.ts";

const pin = Buffer.from("the PIN");
const label = "the token";

const unused = () => Promise.reject(new Error("nobody calls it here"));
const nothing = () => Promise.resolve();

/** A module with one token, whose one key has another handle in each login. */
function aModule() {
  const state = { logIns: 0, usedHandles: [] as unknown[], found: Promise.resolve() };
  const info = Buffer.alloc(256);
  info.fill(" ", 0, 32).write(label);
  info.writeUInt32LE(0x408, 96);
  const cryptoki: Cryptoki = {
    listSlots: () => Promise.resolve([1]),
    tokenInfo: () => Promise.resolve(info),
    mechanismFlags: () => Promise.resolve(0x8300),
    openSession: () => Promise.resolve(1),
    closeSession: nothing,
    closeAllSessions: nothing,
    logIn() {
      state.logIns += 1;
      return Promise.resolve();
    },
    async findObjects() {
      const handle = state.logIns;
      await state.found;
      return [handle];
    },
    encrypt(_session, key, _gcm, plaintext) {
      state.usedHandles.push(key);
      return Promise.resolve(Buffer.concat([plaintext, Buffer.alloc(16)]));
    },
    generateAesKey: unused,
    readFlag: unused,
    destroyObject: unused,
    decrypt: unused,
    generateRandom: unused,
  };
  return { state, cryptoki, token: new Token(cryptoki, label) };
}

const inTime = () => performance.now() + 60_000;

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return error.failure;
  }
}

describe("a token that somebody logs in to anew while work is under way", () => {
  test("logged-out for what came of the work, whether good or bad", async () => {
    const { token } = aModule();
    await token.logIn(pin);
    const { promise: held, resolve } = Promise.withResolvers<void>();
    const good = failureOf(token.use(inTime(), async () => await held));
    const bad = failureOf(
      token.use(inTime(), async () => {
        await held;
        throw new TokenError("rejected", "by another's key");
      }),
    );
    await token.logIn(pin);
    resolve();
    expect(await good).toBe("logged-out");
    expect(await bad).toBe("logged-out");
    expect(await failureOf(token.use(inTime(), () => Promise.resolve()))).toBe("none");
  });

  test("uses no handle that was found in the login before", async () => {
    const { token, cryptoki, state } = aModule();
    const place = { cryptoki, token, keyId: Buffer.alloc(16, 1), deadlineMs: inTime() };
    const message = { plaintext: Buffer.from("text"), associatedData: Buffer.alloc(32) };
    await token.logIn(pin);
    const { promise: held, resolve } = Promise.withResolvers<void>();
    state.found = held;
    const overtaken = failureOf(encrypt(place, message));
    await new Promise((next) => setImmediate(next));
    await token.logIn(pin);
    resolve();
    expect(await overtaken).toBe("logged-out");
    state.usedHandles.length = 0;
    await encrypt(place, message);
    await encrypt(place, message);
    expect(state.usedHandles).toEqual([2, 2]);
  });

  test("failed: no second key of an id, when an attempt that was overtaken has left one", async () => {
    const { token, cryptoki } = aModule();
    const place = { cryptoki, token, keyId: Buffer.alloc(16, 1), deadlineMs: inTime() };
    await token.logIn(pin);
    expect(await failureOf(createKey(place, "label"))).toBe("failed");
  });
});
