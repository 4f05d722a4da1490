import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../../../../test/refusal.ts";
import {
  clusterId,
  otherClusterId,
  password,
  tokenBench,
  type TokenBench,
} from "../../../../test/token-bench.ts";
import { msPerDay } from "../../../lib/clock.ts";
import type { JsonObject } from "../../../service/service.ts";
import type { TokenProblem } from "../../../service/token-keys.ts";
import type { Input } from "../../contract.ts";

let bench: TokenBench;
beforeEach(async () => {
  bench = await tokenBench();
});
afterEach(async () => await bench.close());

const refusedCreation = async (changes: JsonObject) =>
  await refusal(
    bench.kms.send("CreateCustomKeyStore", {
      ...(bench.settings() as unknown as JsonObject),
      ...changes,
    }),
  );
const entry = async (CustomKeyStoreId: string) =>
  (await bench.kms.call("DescribeCustomKeyStores", { CustomKeyStoreId })).CustomKeyStores?.[0];

describe("CreateCustomKeyStore in a CloudHSM cluster", () => {
  test("is on record with its cluster, and nowhere with its password", async () => {
    const customKeyStoreId = await bench.newKeyStore();
    expect(bench.kms.lastRecord()).toMatchObject({
      requestParameters: { customKeyStoreName: "in the HSM", clusterId },
      responseElements: { customKeyStoreId },
      additionalEventData: { customKeyStoreName: "in the HSM", clusterId },
    });
    for (const { bytes } of bench.kms.files()) expect(bytes.includes(password)).toBe(false);
  });

  test.each(["CloudHsmClusterId", "TrustAnchorCertificate", "KeyStorePassword"])(
    "ValidationException without %s",
    async (member) => {
      expect(await refusedCreation({ [member]: null })).toEqual({
        code: "ValidationException",
        message: `${member} is required for custom key stores of type AWS_CLOUDHSM.`,
      });
    },
  );

  test.each<JsonObject>([
    { XksProxyUriEndpoint: "https://proxy.example" },
    { XksProxyUriPath: "/kms/xks/v1" },
    { XksProxyConnectivity: "PUBLIC_ENDPOINT" },
  ])("ValidationException for %o, which belongs to an external one", async (changes) => {
    const [member] = Object.keys(changes);
    expect(await refusedCreation(changes)).toEqual({
      code: "ValidationException",
      message: `${member} is not valid for custom key stores of type AWS_CLOUDHSM.`,
    });
  });

  test("ValidationException for a password of six characters", async () => {
    expect((await refusedCreation({ KeyStorePassword: "sixsix" })).code).toBe(
      "ValidationException",
    );
  });

  test("IncorrectTrustAnchorException for what is no certificate", async () => {
    const changes = { TrustAnchorCertificate: "-----BEGIN CERTIFICATE-----" };
    expect((await refusedCreation(changes)).code).toBe("IncorrectTrustAnchorException");
  });

  test("CloudHsmClusterNotFoundException for a cluster that is not the account's", async () => {
    const changes = { CloudHsmClusterId: "cluster-7777777aaaa" };
    expect((await refusedCreation(changes)).code).toBe("CloudHsmClusterNotFoundException");
  });

  test.each<[TokenProblem, string]>([
    ["token-missing", "CloudHsmClusterNotActiveException"],
    ["away", "CloudHsmClusterNotActiveException"],
    ["timed-out", "CloudHsmClusterNotActiveException"],
    ["failed", "CloudHsmClusterNotActiveException"],
    ["token-unfit", "CloudHsmClusterInvalidConfigurationException"],
    ["user-missing", "CloudHsmClusterInvalidConfigurationException"],
    ["user-locked", "CloudHsmClusterInvalidConfigurationException"],
  ])("when the token is %s: %s", async (problem, code) => {
    bench.token.problem = problem;
    expect((await refusedCreation({})).code).toBe(code);
  });

  test("CustomKeyStoreNameInUseException for a second of that name", async () => {
    await bench.newKeyStore();
    const changes = { CloudHsmClusterId: otherClusterId };
    expect((await refusedCreation(changes)).code).toBe("CustomKeyStoreNameInUseException");
  });

  test("CloudHsmClusterInUseException for a second in that cluster, in another Region too", async () => {
    await bench.newKeyStore();
    const second = bench.settings({ CustomKeyStoreName: "second" });
    const attempt = bench.kms.call("CreateCustomKeyStore", second, { region: "us-east-1" });
    expect((await refusal(attempt)).code).toBe("CloudHsmClusterInUseException");
  });
});

describe("UpdateCustomKeyStore in a CloudHSM cluster", () => {
  let CustomKeyStoreId: string;
  beforeEach(async () => {
    CustomKeyStoreId = await bench.newKeyStore();
  });
  const update = async (changes: Partial<Input<"UpdateCustomKeyStore">>) =>
    await bench.kms.call("UpdateCustomKeyStore", { CustomKeyStoreId, ...changes });

  test("gives it another name while it is connected, and nothing else", async () => {
    await bench.connect(CustomKeyStoreId);
    await update({ NewCustomKeyStoreName: "renamed" });
    expect(await entry(CustomKeyStoreId)).toMatchObject({
      CustomKeyStoreName: "renamed",
      ConnectionState: "CONNECTED",
    });
    for (const changes of [{ KeyStorePassword: "another" }, { CloudHsmClusterId: clusterId }]) {
      const { code } = await refusal(update(changes));
      expect(code).toBe("CustomKeyStoreInvalidStateException");
    }
  });

  test("has the old password erased", async () => {
    expect(await bench.kms.store.isErasureDue()).toBe(false);
    await update({ KeyStorePassword: "another password" });
    expect(await bench.kms.store.isErasureDue()).toBe(true);
  });

  test("moves an empty one to another cluster", async () => {
    await update({ CloudHsmClusterId: otherClusterId });
    expect((await entry(CustomKeyStoreId))?.CloudHsmClusterId).toBe(otherClusterId);
  });

  test("CloudHsmClusterNotRelatedException for another cluster when there are keys", async () => {
    await bench.connect(CustomKeyStoreId);
    await bench.newKeyIn(CustomKeyStoreId);
    await bench.disconnect(CustomKeyStoreId);
    const { code } = await refusal(update({ CloudHsmClusterId: otherClusterId }));
    expect(code).toBe("CloudHsmClusterNotRelatedException");
    await update({ CloudHsmClusterId: clusterId });
  });

  test("CloudHsmClusterNotRelatedException for the cluster of another key store", async () => {
    await bench.newKeyStore({ CustomKeyStoreName: "second", CloudHsmClusterId: otherClusterId });
    const { code } = await refusal(update({ CloudHsmClusterId: otherClusterId }));
    expect(code).toBe("CloudHsmClusterNotRelatedException");
  });

  test("CloudHsmClusterNotFoundException for a cluster that is not the account's", async () => {
    const { code } = await refusal(update({ CloudHsmClusterId: "cluster-7777777aaaa" }));
    expect(code).toBe("CloudHsmClusterNotFoundException");
  });

  test("ValidationException for what belongs to an external one", async () => {
    expect(await refusal(update({ XksProxyUriPath: "/kms/xks/v1" }))).toEqual({
      code: "ValidationException",
      message: "XksProxyUriPath is not valid for custom key stores of type AWS_CLOUDHSM.",
    });
  });
});

describe("a key store in a CloudHSM cluster, connected", () => {
  let CustomKeyStoreId: string;
  beforeEach(async () => {
    CustomKeyStoreId = await bench.newKeyStore();
  });

  test.each<[TokenProblem, string]>([
    ["cluster-unknown", "CLUSTER_NOT_FOUND"],
    ["token-missing", "INSUFFICIENT_CLOUDHSM_HSMS"],
    ["user-missing", "USER_NOT_FOUND"],
    ["user-locked", "USER_LOCKED_OUT"],
    ["pin-incorrect", "INVALID_CREDENTIALS"],
    ["timed-out", "NETWORK_ERRORS"],
    ["away", "INTERNAL_ERROR"],
    ["failed", "INTERNAL_ERROR"],
    ["token-unfit", "INTERNAL_ERROR"],
  ])("is FAILED when the token is %s: %s", async (problem, ConnectionErrorCode) => {
    bench.token.problem = problem;
    await bench.connect(CustomKeyStoreId);
    expect(await entry(CustomKeyStoreId)).toMatchObject({
      ConnectionState: "FAILED",
      ConnectionErrorCode,
    });
  });

  test("goes on beside the next turns when its token takes its time, asked once", async () => {
    const { promise: held, resolve } = Promise.withResolvers<void>();
    bench.token.logInHeld = held;
    await bench.connect(CustomKeyStoreId);
    await bench.kms.settleKeyStores();
    expect((await entry(CustomKeyStoreId))?.ConnectionState).toBe("CONNECTING");
    expect(bench.token.logIns).toBe(1);
    resolve();
    await bench.kms.settleKeyStores();
    expect((await entry(CustomKeyStoreId))?.ConnectionState).toBe("CONNECTED");
    expect(bench.token.logIns).toBe(1);
  });

  test("logs in, and out again when it is disconnected", async () => {
    await bench.connect(CustomKeyStoreId);
    expect(bench.token.isLoggedIn).toBe(true);
    await bench.disconnect(CustomKeyStoreId);
    expect(bench.token.isLoggedIn).toBe(false);
  });

  test("KMSInvalidStateException while the token is of no use, and InvalidCiphertextException never for that", async () => {
    await bench.connect(CustomKeyStoreId);
    const KeyId = await bench.newKeyIn(CustomKeyStoreId);
    const Plaintext = Buffer.from("text");
    const { CiphertextBlob } = await bench.kms.call("Encrypt", { KeyId, Plaintext });
    bench.token.problem = "away";
    for (const attempt of [
      bench.kms.call("Decrypt", { CiphertextBlob }),
      bench.kms.call("Encrypt", { KeyId, Plaintext }),
      bench.kms.call("GenerateDataKey", { KeyId, KeySpec: "AES_256" }),
    ]) {
      expect(await refusal(attempt)).toEqual({
        code: "KMSInvalidStateException",
        message: "AWS KMS cannot communicate with your CloudHSM cluster.",
      });
    }
    bench.token.problem = undefined;
    bench.token.keys.clear();
    const attempt = bench.kms.call("Decrypt", { CiphertextBlob });
    expect((await refusal(attempt)).code).toBe("KMSInvalidStateException");
  });

  test("InvalidCiphertextException for blobs of another suite", async () => {
    await bench.connect(CustomKeyStoreId);
    const KeyId = await bench.newKeyIn(CustomKeyStoreId);
    const made = await bench.kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("text") });
    for (const suite of [1, 2]) {
      const CiphertextBlob = Buffer.from(made.CiphertextBlob ?? []);
      CiphertextBlob[4] = suite;
      const attempt = bench.kms.call("Decrypt", { CiphertextBlob });
      expect((await refusal(attempt)).code).toBe("InvalidCiphertextException");
    }
  });

  test.each([
    ["an initialization vector of 13 bytes", 13, 16],
    ["an initialization vector of 100 bytes", 100, 16],
    ["a tag of 15 bytes", 12, 15],
    ["a tag of 17 bytes", 12, 17],
  ])(
    "InvalidCiphertextException for %s, which no token is asked about",
    async (_what, initializationVectorBytes, tagBytes) => {
      await bench.connect(CustomKeyStoreId);
      const KeyId = await bench.newKeyIn(CustomKeyStoreId);
      const made = await bench.kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("text") });
      const CiphertextBlob = Buffer.concat([
        Buffer.from(made.CiphertextBlob ?? []).subarray(0, 38),
        Buffer.of(initializationVectorBytes),
        Buffer.alloc(initializationVectorBytes, 1),
        Buffer.of(tagBytes),
        Buffer.alloc(tagBytes, 2),
        Buffer.of(0),
        Buffer.alloc(100, 3),
      ]);
      // If it were asked, the answer would be another.
      bench.token.problem = "away";
      const attempt = bench.kms.call("Decrypt", { CiphertextBlob });
      expect((await refusal(attempt)).code).toBe("InvalidCiphertextException");
    },
  );

  test.each<[TokenProblem, string]>([
    ["away", "CustomKeyStoreInvalidStateException"],
    ["token-unfit", "CloudHsmClusterInvalidConfigurationException"],
  ])("makes no key when the token is %s: %s", async (problem, code) => {
    await bench.connect(CustomKeyStoreId);
    bench.token.problem = problem;
    expect((await refusal(bench.newKeyIn(CustomKeyStoreId))).code).toBe(code);
    expect((await bench.kms.call("ListKeys", {})).Keys).toEqual([]);
  });

  test("has as many keys in the token as there are, though many are made at once", async () => {
    await bench.connect(CustomKeyStoreId);
    const made = await Promise.all(
      Array.from({ length: 5 }, async () => await bench.newKeyIn(CustomKeyStoreId)),
    );
    expect(new Set(made).size).toBe(5);
    expect(bench.token.keys.size).toBe(5);
  });

  test("UnsupportedOperationException: no external key in it", async () => {
    const input = { Origin: "EXTERNAL_KEY_STORE", CustomKeyStoreId, XksKeyId: "x" } as const;
    expect((await refusal(bench.kms.call("CreateKey", input))).code).toBe(
      "UnsupportedOperationException",
    );
  });

  test("has its keys, and the use of them, on record", async () => {
    await bench.connect(CustomKeyStoreId);
    const KeyId = await bench.newKeyIn(CustomKeyStoreId);
    const [backingKeyId = ""] = bench.token.keys.keys();
    expect(bench.kms.lastRecord()).toMatchObject({
      eventName: "CreateKey",
      additionalEventData: { backingKey: JSON.stringify({ keyHandle: "01", backingKeyId }) },
      responseElements: { keyMetadata: { cloudHsmClusterId: clusterId } },
    });
    expect(bench.token.labels.get(backingKeyId)).toBe(bench.kms.arn(KeyId));
    await bench.kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("text") });
    expect(bench.kms.lastRecord()).toMatchObject({
      additionalEventData: { customKeyStoreId: CustomKeyStoreId },
    });
  });

  test("has the key in the token destroyed when the waiting period is over", async () => {
    await bench.connect(CustomKeyStoreId);
    const KeyId = await bench.newKeyIn(CustomKeyStoreId);
    const [backingKeyId = ""] = bench.token.keys.keys();
    const backingKeys = JSON.stringify([{ backingKeyId }]);
    await bench.kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    expect(bench.kms.lastRecord()).toMatchObject({ additionalEventData: { backingKeys } });
    bench.kms.nowMs += 8 * msPerDay;
    expect(await bench.kms.runLifecycle()).toMatchObject({ deleted: 1 });
    expect(bench.token.keys.size).toBe(0);
    expect(bench.kms.lastRecord()).toMatchObject({
      eventName: "DeleteKey",
      additionalEventData: { customKeyStoreId: CustomKeyStoreId, backingKeys },
    });
    expect(bench.kms.setbacks).toEqual([]);
  });

  test("has a key deleted whose token is away, and tells the operator what is left there", async () => {
    await bench.connect(CustomKeyStoreId);
    const KeyId = await bench.newKeyIn(CustomKeyStoreId);
    await bench.kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    bench.kms.nowMs += 8 * msPerDay;
    bench.token.problem = "away";
    expect(await bench.kms.runLifecycle()).toMatchObject({ deleted: 1 });
    expect(bench.kms.setbacks).toEqual([bench.kms.arn(KeyId)]);
    expect((await bench.kms.call("ListKeys", {})).Keys).toEqual([]);
  });

  test("gives random bytes; CustomKeyStoreInvalidStateException when it cannot", async () => {
    const input = { NumberOfBytes: 32, CustomKeyStoreId };
    const attempt = async () => (await refusal(bench.kms.call("GenerateRandom", input))).code;
    expect(await attempt()).toBe("CustomKeyStoreInvalidStateException");
    await bench.connect(CustomKeyStoreId);
    expect((await bench.kms.call("GenerateRandom", input)).Plaintext).toHaveLength(32);
    bench.token.problem = "failed";
    expect(await attempt()).toBe("CustomKeyStoreInvalidStateException");
  });
});
