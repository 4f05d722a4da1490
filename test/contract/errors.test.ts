import * as sdk from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operations } from "../../src/kms/operations.ts";
import { type Contract, refusal, startContract } from "./contract.ts";

let contract: Contract;
beforeAll(async () => {
  contract = await startContract();
});
afterAll(async () => await contract.stop());

/** A client that differs from the server's own, asking for a list of keys. */
async function listKeysWith(options: sdk.KMSClientConfig) {
  const kms = new sdk.KMS({ ...contract.keyhaven.clientConfig, maxAttempts: 1, ...options });
  try {
    return await kms.listKeys({});
  } finally {
    kms.destroy();
  }
}

describe("every operation of the SDK", () => {
  const commands = Object.entries(sdk).flatMap(([name, command]) =>
    /^[A-Z]\w*Command$/.test(name) && typeof command === "function"
      ? [[name.slice(0, -"Command".length), command] as const]
      : [],
  );

  test("has a row in the table of operations, and the other way round", () => {
    expect(commands.map(([name]) => name).toSorted()).toEqual(Object.keys(operations).toSorted());
  });
});

describe("errors, as the SDK sees them", () => {
  test("are instances of the SDK's own exceptions", async () => {
    const { kms } = contract;
    await expect(kms.describeKey({ KeyId: "nope" })).rejects.toThrow(sdk.NotFoundException);
    const CiphertextBlob = Buffer.from("junk");
    await expect(kms.decrypt({ CiphertextBlob })).rejects.toThrow(sdk.InvalidCiphertextException);
    await expect(kms.listKeys({ Marker: "x" })).rejects.toThrow(sdk.InvalidMarkerException);
    const KeyId = await contract.newKey();
    await kms.disableKey({ KeyId });
    const input = { KeyId, KeySpec: "AES_256" as const };
    await expect(kms.generateDataKey(input)).rejects.toThrow(sdk.DisabledException);
  });

  test("are the client's fault, and not worth another attempt", async () => {
    const kms = new sdk.KMS({ ...contract.keyhaven.clientConfig, maxAttempts: 3 });
    const error: unknown = await kms
      .describeKey({ KeyId: "nope" })
      .catch((reason: unknown) => reason);
    kms.destroy();
    expect(error).toMatchObject({ $fault: "client", $metadata: { attempts: 1 } });
  });

  test("come with a request id that is another each time", async () => {
    const ids = new Set<unknown>();
    for (let count = 0; count < 5; count += 1) {
      const error: unknown = await contract.kms
        .describeKey({ KeyId: "nope" })
        .catch((e: unknown) => e);
      if (error instanceof sdk.KMSServiceException) ids.add(error.$metadata.requestId);
    }
    expect(ids.size).toBe(5);
  });

  test("ValidationException lists everything that is wrong", async () => {
    const attempt = contract.kms.generateDataKey({ KeyId: "", NumberOfBytes: 1025 });
    expect(await refusal(attempt)).toEqual({
      name: "ValidationException",
      message:
        "2 validation errors detected: Value '' at 'keyId' failed to satisfy constraint: Member " +
        "must have length greater than or equal to 1; Value '1025' at 'numberOfBytes' failed to " +
        "satisfy constraint: Member must have value less than or equal to 1024",
      status: 400,
    });
  });

  test("ValidationException for an unknown enum value names those that are known", async () => {
    const KeySpec = "AES_512" as sdk.DataKeySpec;
    const refused = await refusal(contract.kms.generateDataKey({ KeyId: "x", KeySpec }));
    const [, known = ""] =
      /^1 validation error detected: Value 'AES_512' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: \[(.*)\]$/.exec(
        refused.message,
      ) ?? [];
    expect(known.split(", ").toSorted()).toEqual(["AES_128", "AES_256"]);
  });

  test("UnrecognizedClientException for an access key that nobody has", async () => {
    const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" };
    expect(await refusal(listKeysWith({ credentials }))).toEqual({
      name: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
      status: 400,
    });
  });

  test("InvalidSignatureException for the wrong secret access key", async () => {
    const credentials = { accessKeyId: "test", secretAccessKey: "guess" };
    expect(await refusal(listKeysWith({ credentials }))).toEqual({
      name: "InvalidSignatureException",
      message:
        "The request signature we calculated does not match the signature you provided. Check " +
        "your AWS Secret Access Key and signing method. Consult the service documentation for " +
        "details.",
      status: 400,
    });
  });

  test("UnrecognizedClientException for a session token that nobody was given", async () => {
    const credentials = { ...contract.keyhaven.credentials, sessionToken: "made up" };
    expect((await refusal(listKeysWith({ credentials }))).name).toBe("UnrecognizedClientException");
  });

  test.each([
    ["expired", -6 * 60_000, /^Signature expired: \d{8}T\d{6}Z is now earlier than /],
    [
      "not yet current",
      6 * 60_000,
      /^Signature not yet current: \d{8}T\d{6}Z is still later than /,
    ],
  ])("InvalidSignatureException for a signature that is %s", async (_how, offsetMs, message) => {
    // One attempt: given a second one, the SDK corrects its clock by the answer's Date.
    const refused = await refusal(listKeysWith({ systemClockOffset: offsetMs }));
    expect(refused).toMatchObject({ name: "InvalidSignatureException", status: 400 });
    expect(refused.message).toMatch(message);
  });

  test("a client whose clock is wrong corrects it by the answer's Date, and succeeds", async () => {
    const { $metadata } = await listKeysWith({ systemClockOffset: -60 * 60_000, maxAttempts: 3 });
    expect($metadata).toMatchObject({ httpStatusCode: 200, attempts: 2 });
  });

  test("accounts and Regions that have no such key do not know it", async () => {
    const KeyId = await contract.newKey();
    const elsewhere = { ...contract.keyhaven.clientConfig, maxAttempts: 1 };
    const credentials = { accessKeyId: "444455556666", secretAccessKey: "test" };
    for (const [options, place] of [
      [{ credentials }, "us-east-1:444455556666"],
      [{ region: "eu-west-1" }, "eu-west-1:111122223333"],
    ] as const) {
      const kms = new sdk.KMS({ ...elsewhere, ...options });
      expect(await refusal(kms.describeKey({ KeyId }))).toEqual({
        name: "NotFoundException",
        message: `Key 'arn:aws:kms:${place}:key/${KeyId}' does not exist`,
        status: 400,
      });
      kms.destroy();
    }
  });
});
