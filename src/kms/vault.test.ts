import { describe, expect, test } from "vitest";
import { type Refusal, type VaultClient, VaultUnavailable } from "../vault-protocol/commands.ts";
import { askVault, askVaultToOpen } from "./vault.ts";

const unavailable = { code: "KeyUnavailableException", status: 500 };
const facts = { purpose: "marker", associatedData: Buffer.alloc(0) };

function vaultThat(answer: () => Promise<Refusal>): VaultClient {
  return { send: answer };
}

describe("asking the vault", () => {
  test.each([
    ["is away", async () => await Promise.reject(new VaultUnavailable("away"))],
    ["did not begin in time", async () => await Promise.resolve({ refused: "overdue" } as const)],
  ])("is KeyUnavailableException when it %s", async (_what, answer) => {
    const vault = vaultThat(answer);
    await expect(askVault(vault, "describe", {})).rejects.toMatchObject(unavailable);
    const opening = askVaultToOpen(vault, "openToken", { ...facts, token: Buffer.alloc(0) });
    await expect(opening).rejects.toMatchObject(unavailable);
  });

  test("is a defect when it refuses what no caller can be blamed for", async () => {
    const vault = vaultThat(async () => await Promise.resolve({ refused: "failed" }));
    const asking = askVault(vault, "describe", {});
    await expect(asking).rejects.toThrow("the vault refused describe: failed");
  });
});
