import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBridge } from "../launcher/start-vault.ts";
import type { SessionTokens } from "../service/session-tokens.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { openVaultInProcess } from "../vault/in-process.ts";
import { openDomainKeys } from "./domain-keys.ts";
import { vaultSessionTokens } from "./session-tokens.ts";
import { askVault } from "./vault.ts";

const accessKeyId = "ASIAIOSFODNN7EXAMPLE";
const session = Buffer.from('{"role":"AROAEXAMPLE"}');

let directory = "";
let store: Store;
let vault: VaultClient & { close(): void };
let tokens: SessionTokens;
let token = "";
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "keyhaven-sessions-"));
  store = await openSqliteStore({ directory, mode: "dev" });
  vault = openVaultInProcess({
    directory: path.join(directory, "vault"),
    initialize: true,
    bridge: findBridge(),
  });
  await openDomainKeys(vault, store, 0);
  tokens = vaultSessionTokens(vault);
  token = await tokens.seal(accessKeyId, session);
});
afterAll(async () => {
  vault.close();
  await store.close();
  await rm(directory, { recursive: true });
});

describe("a session token", () => {
  test("opens for its access key, and tells nothing of what is in it", async () => {
    const opened = await tokens.open(accessKeyId, token);
    expect(Buffer.from(opened ?? [])).toEqual(session);
    expect(Buffer.from(token, "base64").toString("latin1")).not.toContain("AROA");
    expect(await tokens.seal(accessKeyId, session)).not.toBe(token);
  });

  test("opens for no other access key", async () => {
    expect(await tokens.open("ASIAIOSFODNN7EXAMPLF", token)).toBeUndefined();
  });

  test("of another purpose is none", async () => {
    const associatedData = Buffer.from(accessKeyId);
    const asked = { purpose: "grant", associatedData, body: session };
    const other = Buffer.from((await askVault(vault, "sealToken", asked)).token);
    expect(await tokens.open(accessKeyId, other.toString("base64"))).toBeUndefined();
  });

  test("of which one bit is another does not open, whichever it is", async () => {
    const sealed = Buffer.from(token, "base64");
    const opened: number[] = [];
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const found = await tokens.open(accessKeyId, changed.toString("base64"));
      if (found !== undefined) opened.push(bit);
    }
    expect(opened).toEqual([]);
  });

  test("cut short or made longer does not open", async () => {
    const sealed = Buffer.from(token, "base64");
    for (let length = 0; length < sealed.length; length += 1) {
      const short = sealed.subarray(0, length).toString("base64");
      expect(await tokens.open(accessKeyId, short)).toBeUndefined();
    }
    for (const longer of [1, 100, 10_000]) {
      const long = Buffer.concat([sealed, Buffer.alloc(longer)]).toString("base64");
      expect(await tokens.open(accessKeyId, long)).toBeUndefined();
    }
  });

  test("written in any other way is none, and neither is any other text", async () => {
    const others = [` ${token}`, `${token}=`, token.replaceAll("=", ""), `${token}\n`, "é"];
    const base64url = Buffer.from(token, "base64").toString("base64url");
    const different = [...others, base64url].filter((text) => text !== token);
    for (const text of different) expect(await tokens.open(accessKeyId, text)).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        return (await tokens.open(accessKeyId, text)) === undefined;
      }),
    );
  });

  test("takes no more than the vault does", async () => {
    await expect(tokens.seal(accessKeyId, Buffer.alloc(4_097))).rejects.toThrow("too long");
    const most = await tokens.seal(accessKeyId, Buffer.alloc(4_096));
    expect(await tokens.open(accessKeyId, most)).toHaveLength(4_096);
  });
});
