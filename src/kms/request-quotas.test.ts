import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { OperationName } from "./contract.ts";
import { operations } from "./operations.ts";
import { poolsOf } from "./request-pools.ts";
import { RequestQuotas } from "./request-quotas.ts";

const nowMs = Date.UTC(2026, 2, 1);
const here = { accountId: "111122223333", region: "eu-west-3", nowMs };
const throttled = {
  code: "ThrottlingException",
  message:
    "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
};

let quotas: RequestQuotas;
beforeEach(() => {
  quotas = new RequestQuotas();
});

/** How many of so many requests are taken. */
function taken(operation: OperationName, input: object, at = here, times = 30): number {
  let count = 0;
  for (let each = 0; each < times; each += 1) {
    try {
      quotas.count(operation, input, at);
      count += 1;
    } catch {
      // What it throws is another test's to see.
    }
  }
  return count;
}

describe("a pool", () => {
  test("gives a second's worth at once, and fills up at its rate", () => {
    expect(taken("CreateKey", {})).toBe(5);
    expect(taken("CreateKey", {}, { ...here, nowMs: nowMs + 199 })).toBe(0);
    expect(taken("CreateKey", {}, { ...here, nowMs: nowMs + 400 })).toBe(2);
    expect(taken("CreateKey", {}, { ...here, nowMs: nowMs + 3_600_000 })).toBe(5);
  });

  test("fills up once a clock that was set back has caught up", () => {
    expect(taken("CreateKey", {})).toBe(5);
    expect(taken("CreateKey", {}, { ...here, nowMs: nowMs - 1_000 })).toBe(0);
    expect(taken("CreateKey", {}, { ...here, nowMs })).toBe(5);
  });

  test("belongs to one account in one Region", () => {
    expect(taken("CreateKey", {})).toBe(5);
    expect(taken("CreateKey", {}, { ...here, region: "eu-west-2" })).toBe(5);
    expect(taken("CreateKey", {}, { ...here, accountId: "444455556666" })).toBe(5);
  });

  test("may give less than one request a second", () => {
    const china = { ...here, region: "cn-north-1" };
    const pair = { KeyPairSpec: "RSA_4096" };
    expect(taken("GenerateDataKeyPair", pair, china)).toBe(1);
    expect(taken("GenerateDataKeyPair", pair, { ...china, nowMs: nowMs + 9_000 })).toBe(0);
    expect(taken("GenerateDataKeyPair", pair, { ...china, nowMs: nowMs + 10_001 })).toBe(1);
  });

  test("is left alone by a request that another pool refuses", () => {
    const pair = { KeyPairSpec: "RSA_4096" };
    expect(taken("GenerateDataKeyPair", pair, here, 20_000)).toBe(1);
    expect(taken("Encrypt", {}, here, 20_000)).toBe(9_999);
  });
});

const namesOf = (operation: OperationName, input: object): string[] =>
  poolsOf(operation, input, "eu-west-3").map(({ name }) => name);

describe("the pools of a request", () => {
  test.each<[OperationName, object, string[]]>([
    ["Encrypt", {}, ["symmetric"]],
    ["Encrypt", { EncryptionAlgorithm: "RSAES_OAEP_SHA_256" }, ["RSA"]],
    ["Decrypt", { EncryptionAlgorithm: "SYMMETRIC_DEFAULT" }, ["symmetric"]],
    ["ReEncrypt", {}, ["symmetric", "symmetric"]],
    ["ReEncrypt", { SourceEncryptionAlgorithm: "RSAES_OAEP_SHA_1" }, ["RSA", "symmetric"]],
    ["Sign", { SigningAlgorithm: "RSASSA_PSS_SHA_256" }, ["RSA"]],
    ["Verify", { SigningAlgorithm: "ECDSA_SHA_256" }, ["ECC"]],
    ["Sign", { SigningAlgorithm: "ED25519_SHA_512" }, ["ECC"]],
    ["Sign", { SigningAlgorithm: "SM2DSA" }, ["ECC"]],
    ["Sign", { SigningAlgorithm: "ML_DSA_SHAKE_256" }, ["ML-DSA"]],
    ["DeriveSharedSecret", {}, ["ECC"]],
    ["GenerateMac", {}, ["symmetric"]],
    ["GenerateRandom", {}, ["symmetric"]],
    ["Encapsulate", {}, ["ML-KEM"]],
    ["GenerateDataKeyPair", { KeyPairSpec: "RSA_3072" }, ["data key pairs RSA_3072", "symmetric"]],
    ["DescribeKey", {}, ["DescribeKey"]],
  ])("%s %o", (operation, input, names) => {
    expect(namesOf(operation, input)).toEqual(names);
  });

  test.each([
    ["us-east-1", 100_000],
    ["eu-central-1", 20_000],
    ["sa-east-1", 10_000],
  ])("symmetric operations in %s", (region, perSecond) => {
    expect(poolsOf("Encrypt", {}, region)).toEqual([{ name: "symmetric", perSecond }]);
  });

  const model = path.resolve(import.meta.dirname, "../../../shared/reference/kms-behaviour.md");
  test.skipIf(!existsSync(model))("no operation's rate differs from the reference", () => {
    const text = readFileSync(model, "utf8");
    const table = text.slice(
      text.indexOf("Management operations:"),
      text.indexOf("ReplicateKey counts"),
    );
    for (const [, rate = "", names = ""] of table.matchAll(/^\| ([\d,]+) \| (.*) \|$/gm)) {
      for (const name of Object.keys(operations) as OperationName[]) {
        if (!new RegExp(`\\b${name}\\b`).test(names)) continue;
        const pools = poolsOf(name, {}, "eu-west-3");
        expect(pools).toEqual([{ name, perSecond: Number(rate.replace(",", "")) }]);
      }
    }
  });
});

describe("a service with request quotas", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench({ requestQuotas: true });
  });
  afterAll(async () => await kms.close());

  test("throttles in AWS's words, puts it on record, and goes on a second later", async () => {
    for (let each = 0; each < 5; each += 1) await kms.newKey();
    expect(await refusal(kms.call("CreateKey", { Description: "a sixth" }))).toEqual(throttled);
    expect(kms.lastRecord()).toMatchObject({
      errorCode: "ThrottlingException",
      requestParameters: { description: "a sixth" },
    });
    kms.nowMs += 1_000;
    expect(await kms.newKey()).toEqual(expect.any(String));
  });

  test("counts refused calls and dry runs, but not malformed ones", async () => {
    kms.nowMs += 10_000;
    for (let each = 0; each < 9; each += 1) {
      await refusal(kms.send("DisableKey", { KeyId: 7 }));
      await refusal(kms.send("DisableKey", {}));
    }
    for (let each = 0; each < 5; each += 1) {
      const attempt = kms.call("DisableKey", { KeyId: "nowhere" });
      expect(await refusal(attempt)).toMatchObject({ code: "NotFoundException" });
    }
    expect(await refusal(kms.call("DisableKey", { KeyId: "nowhere" }))).toEqual(throttled);
  });
});

test("a service without request quotas throttles nobody", async () => {
  const kms = await kmsBench();
  for (let each = 0; each < 12; each += 1) await kms.newKey();
  await kms.close();
  expect(kms.records.length).toBe(12);
});
