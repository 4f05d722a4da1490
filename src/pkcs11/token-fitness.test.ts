import { describe, expect, test } from "vitest";
import type { Cryptoki } from "./cryptoki.ts";
import { TokenError } from "./return-values.ts";
import { requireFitToken } from "./token-fitness.ts";

const good = { initialized: 0x400, userPin: 0x8, mechanism: 0x8300 };

async function failureOf(flags: number, mechanism = good.mechanism): Promise<string> {
  const info = Buffer.alloc(256);
  info.writeUInt32LE(flags, 96);
  const cryptoki: Pick<Cryptoki, "tokenInfo" | "mechanismFlags"> = {
    tokenInfo: () => Promise.resolve(info),
    mechanismFlags: () => Promise.resolve(mechanism),
  };
  try {
    await requireFitToken(cryptoki, 1);
    return "fit";
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return error.failure;
  }
}

describe("a token", () => {
  test("is fit with a user PIN and AES-GCM", async () => {
    expect(await failureOf(good.initialized | good.userPin)).toBe("fit");
  });

  test.each([
    ["token-unfit", "is not initialized", good.userPin, good.mechanism],
    ["token-unfit", "has no AES-GCM", good.initialized | good.userPin, 0],
    ["token-unfit", "only encrypts", good.initialized | good.userPin, 0x8100],
    ["user-missing", "has no user PIN", good.initialized, good.mechanism],
    [
      "user-locked",
      "has a locked user PIN",
      good.initialized | good.userPin | 0x40000,
      good.mechanism,
    ],
  ])("is %s when it %s", async (failure, _when, flags, mechanism) => {
    expect(await failureOf(flags, mechanism)).toBe(failure);
  });
});
