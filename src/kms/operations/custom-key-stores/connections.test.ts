/** The life of a key store: connected, disconnected, deleted, and what becomes of its keys. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keyStoreBench, type KeyStoreBench } from "../../../../test/key-store-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import { type Interference, otherPath } from "../../../../test/xks-proxy.ts";

const unknown = { CustomKeyStoreId: "cks-1234567890abcdef0" };
const Plaintext = Buffer.from("text");

let bench: KeyStoreBench;
let id: { CustomKeyStoreId: string };
beforeEach(async () => {
  bench = await keyStoreBench();
  id = { CustomKeyStoreId: await bench.newKeyStore() };
});
afterEach(async () => await bench.close());

const state = async () => await bench.stateOf(id.CustomKeyStoreId);

async function entry() {
  const { CustomKeyStores } = await bench.kms.call("DescribeCustomKeyStores", id);
  return CustomKeyStores?.[0];
}

async function failToConnect(): Promise<void> {
  bench.proxy.interfere({ hangUp: true });
  await bench.connect(id.CustomKeyStoreId);
  bench.proxy.interfere(undefined);
}

describe("ConnectCustomKeyStore", () => {
  test("answers at once, and connects afterwards", async () => {
    expect(await bench.kms.call("ConnectCustomKeyStore", id)).toEqual({});
    expect(await state()).toBe("CONNECTING");
    await bench.kms.settleKeyStores();
    expect(await state()).toBe("CONNECTED");
    expect(bench.proxy.requests.at(-1)?.body).toMatchObject({
      requestMetadata: { kmsOperation: "ConnectCustomKeyStore" },
    });
    expect(bench.kms.records.at(-3)).toMatchObject({
      eventName: "ConnectCustomKeyStore",
      requestParameters: { customKeyStoreId: id.CustomKeyStoreId },
      responseElements: null,
    });
  });

  test("changes nothing while it connects, or once it is connected", async () => {
    await bench.kms.call("ConnectCustomKeyStore", id);
    await bench.kms.call("ConnectCustomKeyStore", id);
    expect(await state()).toBe("CONNECTING");
    await bench.kms.settleKeyStores();
    await bench.kms.call("ConnectCustomKeyStore", id);
    expect(await state()).toBe("CONNECTED");
  });

  test.each<[string, Interference]>([
    ["XKS_PROXY_NOT_REACHABLE", { hangUp: true }],
    ["XKS_PROXY_NOT_REACHABLE", { body: { ekmFleetDetails: [{ healthStatus: "UNAVAILABLE" }] } }],
    ["XKS_PROXY_INVALID_RESPONSE", { body: "nonsense" }],
    ["INVALID_CREDENTIALS", failing("AuthenticationFailedException")],
    ["XKS_PROXY_ACCESS_DENIED", failing("AccessDeniedException")],
    ["XKS_PROXY_INVALID_CONFIGURATION", failing("InvalidUriPathException")],
    ["XKS_PROXY_TIMED_OUT", failing("DependencyTimeoutException")],
    ["XKS_PROXY_INVALID_RESPONSE", failing("InternalException")],
  ])("ends FAILED with %s when the proxy answers %j", async (ConnectionErrorCode, how) => {
    bench.proxy.interfere(how);
    await bench.connect(id.CustomKeyStoreId);
    expect(await entry()).toMatchObject({ ConnectionState: "FAILED", ConnectionErrorCode });
  });

  test("goes on connecting while the vault is away", async () => {
    await bench.kms.call("ConnectCustomKeyStore", id);
    bench.kms.broken.vault = "away";
    // Another day, another signing key.
    bench.kms.nowMs += 86_400_000;
    await expect(bench.kms.settleKeyStores()).rejects.toThrow("not available");
    bench.kms.broken.vault = undefined;
    expect(await state()).toBe("CONNECTING");
    await bench.kms.settleKeyStores();
    expect(await state()).toBe("CONNECTED");
  });

  test("leaves alone what someone disconnected while the proxy was asked", async () => {
    await bench.kms.call("ConnectCustomKeyStore", id);
    bench.proxy.interfere({ delayMs: 100 });
    const settled = bench.kms.settleKeyStores();
    await bench.kms.call("DisconnectCustomKeyStore", id);
    await settled;
    expect(await state()).toBe("DISCONNECTING");
  });

  test("CustomKeyStoreInvalidStateException once it has failed, until it is disconnected", async () => {
    await failToConnect();
    const attempt = bench.kms.call("ConnectCustomKeyStore", id);
    expect(await refusal(attempt)).toEqual({
      code: "CustomKeyStoreInvalidStateException",
      message:
        `The connection state of the custom key store ${id.CustomKeyStoreId} is FAILED. ` +
        "Disconnect it before you connect it.",
    });
    await bench.disconnect(id.CustomKeyStoreId);
    expect(await entry()).not.toHaveProperty("ConnectionErrorCode", "XKS_PROXY_NOT_REACHABLE");
    await bench.connect(id.CustomKeyStoreId);
    expect(await state()).toBe("CONNECTED");
  });

  test("CustomKeyStoreInvalidStateException while it is being disconnected", async () => {
    await bench.connect(id.CustomKeyStoreId);
    await bench.kms.call("DisconnectCustomKeyStore", id);
    expect(await state()).toBe("DISCONNECTING");
    const attempt = bench.kms.call("ConnectCustomKeyStore", id);
    expect((await refusal(attempt)).code).toBe("CustomKeyStoreInvalidStateException");
  });
});

describe("DisconnectCustomKeyStore", () => {
  test("CustomKeyStoreInvalidStateException when it is disconnected, or about to be", async () => {
    const attempt = async () =>
      (await refusal(bench.kms.call("DisconnectCustomKeyStore", id))).code;
    expect(await attempt()).toBe("CustomKeyStoreInvalidStateException");
    await bench.connect(id.CustomKeyStoreId);
    await bench.kms.call("DisconnectCustomKeyStore", id);
    expect(await attempt()).toBe("CustomKeyStoreInvalidStateException");
  });
});

describe("DeleteCustomKeyStore", () => {
  test("takes an empty key store away", async () => {
    expect(await bench.kms.call("DeleteCustomKeyStore", id)).toEqual({});
    expect((await bench.kms.call("DescribeCustomKeyStores", {})).CustomKeyStores).toEqual([]);
  });

  test("CustomKeyStoreInvalidStateException while it is connected", async () => {
    await bench.connect(id.CustomKeyStoreId);
    const attempt = bench.kms.call("DeleteCustomKeyStore", id);
    expect((await refusal(attempt)).code).toBe("CustomKeyStoreInvalidStateException");
  });

  test("CustomKeyStoreHasCMKsException until its last key is deleted", async () => {
    await bench.connect(id.CustomKeyStoreId);
    const KeyId = await bench.newKeyIn(id.CustomKeyStoreId);
    await bench.disconnect(id.CustomKeyStoreId);
    const attempt = async () => await refusal(bench.kms.call("DeleteCustomKeyStore", id));
    expect((await attempt()).code).toBe("CustomKeyStoreHasCMKsException");
    await bench.kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    expect((await attempt()).code).toBe("CustomKeyStoreHasCMKsException");
    bench.kms.nowMs += 7 * 86_400_000;
    await bench.kms.runLifecycle();
    await bench.kms.call("DeleteCustomKeyStore", id);
  });

  test("and a key that is made at the same moment are never both done", async () => {
    await bench.connect(id.CustomKeyStoreId);
    const making = bench.newKeyIn(id.CustomKeyStoreId);
    const gone = (async () => {
      await bench.disconnect(id.CustomKeyStoreId);
      await bench.kms.call("DeleteCustomKeyStore", id);
    })();
    const ends = await Promise.allSettled([making, gone]);
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe.each([
  "ConnectCustomKeyStore",
  "DisconnectCustomKeyStore",
  "DeleteCustomKeyStore",
] as const)("%s", (operation) => {
  test("CustomKeyStoreNotFoundException for an id that is not there", async () => {
    expect(await refusal(bench.kms.call(operation, unknown))).toEqual({
      code: "CustomKeyStoreNotFoundException",
      message:
        "AWS KMS cannot find a custom key store with the specified custom key store name or ID.",
    });
  });
});

describe("DescribeCustomKeyStores", () => {
  test("finds one by its name, and all of them by pages", async () => {
    const second = await bench.newKeyStore({ CustomKeyStoreName: "b", XksProxyUriPath: otherPath });
    const named = await bench.kms.call("DescribeCustomKeyStores", { CustomKeyStoreName: "b" });
    expect(named.CustomKeyStores?.map(({ CustomKeyStoreId }) => CustomKeyStoreId)).toEqual([
      second,
    ]);
    const first = await bench.kms.call("DescribeCustomKeyStores", { Limit: 1 });
    expect(first).toMatchObject({ Truncated: true });
    const { NextMarker: Marker } = first;
    const rest = await bench.kms.call("DescribeCustomKeyStores", { Limit: 1, Marker });
    const listed = [...(first.CustomKeyStores ?? []), ...(rest.CustomKeyStores ?? [])];
    expect(new Set(listed.map(({ CustomKeyStoreId }) => CustomKeyStoreId))).toEqual(
      new Set([id.CustomKeyStoreId, second]),
    );
  });

  test.each([unknown, { CustomKeyStoreName: "nobody" }])(
    "CustomKeyStoreNotFoundException for %o",
    async (asked) => {
      const attempt = bench.kms.call("DescribeCustomKeyStores", asked);
      expect((await refusal(attempt)).code).toBe("CustomKeyStoreNotFoundException");
    },
  );

  test("ValidationException for both an id and a name", async () => {
    const both = { ...id, CustomKeyStoreName: "outside" };
    const attempt = bench.kms.call("DescribeCustomKeyStores", both);
    expect((await refusal(attempt)).code).toBe("ValidationException");
  });

  test("InvalidMarkerException for a marker of another listing", async () => {
    const attempt = bench.kms.call("DescribeCustomKeyStores", { Marker: "bWFya2Vy" });
    expect((await refusal(attempt)).code).toBe("InvalidMarkerException");
  });
});

describe("GenerateRandom", () => {
  test("UnsupportedOperationException for an external key store", async () => {
    const attempt = bench.kms.call("GenerateRandom", { NumberOfBytes: 8, ...id });
    expect((await refusal(attempt)).code).toBe("UnsupportedOperationException");
  });
});

describe("a key whose key store is not connected", () => {
  let KeyId: string;
  beforeEach(async () => {
    await bench.connect(id.CustomKeyStoreId);
    KeyId = await bench.newKeyIn(id.CustomKeyStoreId);
  });
  const keyState = async () => (await bench.kms.call("DescribeKey", { KeyId })).KeyMetadata;

  test("is unavailable, and as before once it is connected again", async () => {
    await bench.disconnect(id.CustomKeyStoreId);
    expect(await keyState()).toMatchObject({ KeyState: "Unavailable", Enabled: false });
    await bench.connect(id.CustomKeyStoreId);
    expect(await keyState()).toMatchObject({ KeyState: "Enabled", Enabled: true });
    await bench.kms.call("Encrypt", { KeyId, Plaintext });
  });

  test("KMSInvalidStateException for whatever needs its external key", async () => {
    const { CiphertextBlob } = await bench.kms.call("Encrypt", { KeyId, Plaintext });
    const own = await bench.kms.newKey();
    const ownBlob = (await bench.kms.call("Encrypt", { KeyId: own, Plaintext })).CiphertextBlob;
    await bench.disconnect(id.CustomKeyStoreId);
    for (const attempt of [
      bench.kms.call("Encrypt", { KeyId, Plaintext }),
      bench.kms.call("Decrypt", { CiphertextBlob }),
      bench.kms.call("GenerateDataKey", { KeyId, KeySpec: "AES_256" }),
      bench.kms.call("GenerateDataKeyWithoutPlaintext", { KeyId, KeySpec: "AES_256" }),
      bench.kms.call("ReEncrypt", { CiphertextBlob, DestinationKeyId: own }),
      bench.kms.call("ReEncrypt", { CiphertextBlob: ownBlob, DestinationKeyId: KeyId }),
    ]) {
      expect(await refusal(attempt)).toEqual({
        code: "KMSInvalidStateException",
        message: `${bench.kms.arn(KeyId)} is unavailable.`,
      });
    }
  });

  test.each(["CONNECTING", "FAILED", "DISCONNECTING"])(
    "is unavailable while %s, too",
    async (on) => {
      if (on === "DISCONNECTING") await bench.kms.call("DisconnectCustomKeyStore", id);
      else await bench.disconnect(id.CustomKeyStoreId);
      if (on === "CONNECTING") await bench.kms.call("ConnectCustomKeyStore", id);
      if (on === "FAILED") await failToConnect();
      expect(await state()).toBe(on);
      expect(await keyState()).toMatchObject({ KeyState: "Unavailable" });
    },
  );

  test("can be managed, and what is changed comes to light with the connection", async () => {
    await bench.disconnect(id.CustomKeyStoreId);
    await bench.kms.call("UpdateKeyDescription", { KeyId, Description: "still here" });
    await bench.kms.call("CreateAlias", { AliasName: "alias/outside", TargetKeyId: KeyId });
    const GranteePrincipal = "arn:aws:iam::111122223333:root";
    await bench.kms.call("CreateGrant", { KeyId, GranteePrincipal, Operations: ["Encrypt"] });
    await bench.kms.call("DisableKey", { KeyId });
    expect(await keyState()).toMatchObject({ KeyState: "Unavailable", Description: "still here" });
    await bench.connect(id.CustomKeyStoreId);
    expect(await keyState()).toMatchObject({ KeyState: "Disabled" });
  });

  test("can be scheduled for deletion, and saved", async () => {
    await bench.disconnect(id.CustomKeyStoreId);
    await bench.kms.call("ScheduleKeyDeletion", { KeyId });
    expect(await keyState()).toMatchObject({ KeyState: "PendingDeletion" });
    await bench.kms.call("CancelKeyDeletion", { KeyId });
    expect(await keyState()).toMatchObject({ KeyState: "Unavailable" });
  });

  test.each(["EnableKeyRotation", "GenerateDataKeyPair"] as const)(
    "UnsupportedOperationException for %s all the same: connected it could not either",
    async (operation) => {
      await bench.disconnect(id.CustomKeyStoreId);
      const attempt =
        operation === "EnableKeyRotation"
          ? bench.kms.call(operation, { KeyId })
          : bench.kms.call(operation, { KeyId, KeyPairSpec: "RSA_2048" });
      expect((await refusal(attempt)).code).toBe("UnsupportedOperationException");
    },
  );
});

function failing(errorName: string): Interference {
  return { status: 400, body: { errorName, errorMessage: "no" } };
}
