/** Grants in use: whom they let in, to what, and for how long. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { JsonObject } from "../service/service.ts";
import type { Input, OperationName } from "./contract.ts";
import { KmsError } from "./errors.ts";

const owner = "arn:aws:iam::111122223333:root";
const GranteePrincipal = "arn:aws:iam::444455556666:root";
const grantee = { accountId: "444455556666" };
const Plaintext = Buffer.from("x");

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

async function grant(KeyId: string, input: Partial<Input<"CreateGrant">>, options = {}) {
  const asked = { KeyId, GranteePrincipal, Operations: ["Encrypt" as const], ...input };
  return await kms.call("CreateGrant", asked, options);
}

async function isAllowed(name: OperationName, input: JsonObject, options = grantee) {
  try {
    await kms.send(name, input, options);
    return true;
  } catch (error) {
    if (error instanceof KmsError && error.code === "AccessDeniedException") return false;
    throw error;
  }
}

const encrypt = (KeyId: string, EncryptionContext: JsonObject = {}) =>
  ["Encrypt", { KeyId: kms.arn(KeyId), Plaintext, EncryptionContext }] as const;

describe("a grant", () => {
  const uses: readonly (readonly [string, OperationName, JsonObject])[] = [
    ["Encrypt", "Encrypt", { Plaintext }],
    ["GenerateDataKey", "GenerateDataKey", { KeySpec: "AES_256" }],
    ["GenerateDataKeyWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", { KeySpec: "AES_256" }],
    ["GenerateDataKeyPair", "GenerateDataKeyPair", { KeyPairSpec: "ECC_NIST_P256" }],
    [
      "GenerateDataKeyPairWithoutPlaintext",
      "GenerateDataKeyPairWithoutPlaintext",
      { KeyPairSpec: "ECC_NIST_P256" },
    ],
    ["DescribeKey", "DescribeKey", {}],
    ["CreateGrant", "CreateGrant", { GranteePrincipal: owner, Operations: ["CreateGrant"] }],
  ];
  test.each(uses)("of %s allows %s, and nothing else", async (operation, name, input) => {
    const KeyId = await kms.newKey();
    const Operations = [operation] as Input<"CreateGrant">["Operations"];
    await grant(KeyId, { Operations });
    for (const [, other, asked] of uses) {
      expect([other, await isAllowed(other, { KeyId: kms.arn(KeyId), ...asked })]).toEqual([
        other,
        other === name,
      ]);
    }
    expect(
      await isAllowed(name, { KeyId: kms.arn(KeyId), ...input }, { accountId: "777788889999" }),
    ).toBe(false);
  });

  test("allows decryption by ciphertext alone, and both sides of ReEncrypt on their own", async () => {
    const KeyId = await kms.newKey();
    const { CiphertextBlob = new Uint8Array() } = await kms.call("Encrypt", { KeyId, Plaintext });
    const own = await kms.newKey({}, grantee);
    const out = ["ReEncrypt", { CiphertextBlob, DestinationKeyId: own }] as const;
    expect(await isAllowed("Decrypt", { CiphertextBlob })).toBe(false);
    await grant(KeyId, { Operations: ["Decrypt"] });
    expect(await isAllowed("Decrypt", { CiphertextBlob })).toBe(true);
    expect(await isAllowed(...out)).toBe(false);
    await grant(KeyId, { Operations: ["ReEncryptFrom"] });
    expect(await isAllowed(...out)).toBe(true);
    const same = { CiphertextBlob, DestinationKeyId: kms.arn(KeyId) };
    expect(await isAllowed("ReEncrypt", same)).toBe(false);
    await grant(KeyId, { Operations: ["ReEncryptTo"] });
    expect(await isAllowed("ReEncrypt", same)).toBe(true);
  });

  test.each<[Input<"CreateKey">, Input<"CreateGrant">["Operations"], OperationName, JsonObject]>([
    [
      { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" },
      ["Sign"],
      "Sign",
      { Message: Plaintext, SigningAlgorithm: "ECDSA_SHA_256" },
    ],
    [{ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }, ["GetPublicKey"], "GetPublicKey", {}],
    [
      { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" },
      ["GenerateMac"],
      "GenerateMac",
      { Message: Plaintext, MacAlgorithm: "HMAC_SHA_256" },
    ],
  ])("on a key made with %j allows %j", async (input, Operations, name, asked) => {
    const KeyId = await kms.newKey(input);
    const used = { KeyId: kms.arn(KeyId), ...asked };
    expect(await isAllowed(name, used)).toBe(false);
    await grant(KeyId, { Operations });
    expect(await isAllowed(name, used)).toBe(true);
  });

  test("lets in the root of the key's own account too, where its policy says nothing", async () => {
    const Policy = JSON.stringify({
      Statement: {
        Effect: "Allow",
        Principal: { AWS: owner },
        NotAction: "kms:Encrypt",
        Resource: "*",
      },
    });
    const KeyId = await kms.newKey({ Policy });
    const asked = ["Encrypt", { KeyId, Plaintext }, { accountId: "111122223333" }] as const;
    expect(await isAllowed(...asked)).toBe(false);
    await grant(KeyId, { GranteePrincipal: owner });
    expect(await isAllowed(...asked)).toBe(true);
  });

  test("does not help against an explicit deny in the key policy", async () => {
    const allow = { Effect: "Allow", Principal: { AWS: owner }, Action: "kms:*", Resource: "*" };
    const deny = { ...allow, Effect: "Deny", Principal: "*", Action: "kms:Encrypt" };
    const KeyId = await kms.newKey();
    await grant(KeyId, {});
    expect(await isAllowed(...encrypt(KeyId))).toBe(true);
    const Policy = JSON.stringify({ Statement: [allow, deny] });
    await kms.call("PutKeyPolicy", { KeyId, Policy });
    expect(await isAllowed(...encrypt(KeyId))).toBe(false);
  });

  test("of another Region's key lets nobody in here", async () => {
    const there = { region: "us-east-1" };
    const KeyId = await kms.newKey({}, there);
    await grant(KeyId, {}, there);
    const asked = { KeyId: kms.arn(KeyId, there), Plaintext };
    expect(await isAllowed("Encrypt", asked)).toBe(false);
    expect(await isAllowed("Encrypt", asked, { ...grantee, ...there })).toBe(true);
  });

  test("waits while its key is disabled, and is gone with the key", async () => {
    const KeyId = await kms.newKey();
    await grant(KeyId, {});
    await kms.call("DisableKey", { KeyId });
    expect((await refusal(kms.send(...encrypt(KeyId), grantee))).code).toBe("DisabledException");
    await kms.call("EnableKey", { KeyId });
    expect(await isAllowed(...encrypt(KeyId))).toBe(true);
    await kms.call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    kms.nowMs += 8 * 86_400_000;
    await kms.runLifecycle();
    expect(await isAllowed(...encrypt(KeyId))).toBe(false);
    const place = { accountId: "111122223333", region: "eu-west-1", keyId: KeyId };
    const page = { after: undefined, limit: 1 };
    expect(await kms.store.listGrants(place, undefined, page)).toEqual([]);
  });
});

describe("a grant's constraint", () => {
  test("EncryptionContextEquals asks for the same context", async () => {
    const KeyId = await kms.newKey();
    await grant(KeyId, { Constraints: { EncryptionContextEquals: { Team: "blue" } } });
    expect(await isAllowed(...encrypt(KeyId, { team: "blue" }))).toBe(true);
    expect(await isAllowed(...encrypt(KeyId, { Team: "Blue" }))).toBe(false);
    expect(await isAllowed(...encrypt(KeyId, { Team: "blue", more: "x" }))).toBe(false);
    expect(await isAllowed(...encrypt(KeyId))).toBe(false);
  });

  test("EncryptionContextSubset asks for pairs in the context, of both sides of ReEncrypt each", async () => {
    const KeyId = await kms.newKey();
    const Constraints = { EncryptionContextSubset: { Team: "blue" } };
    await grant(KeyId, { Operations: ["Encrypt", "ReEncryptFrom", "ReEncryptTo"], Constraints });
    const blue = { Team: "blue", more: "x" };
    expect(await isAllowed(...encrypt(KeyId, blue))).toBe(true);
    expect(await isAllowed(...encrypt(KeyId))).toBe(false);
    const sealed = { KeyId, Plaintext, EncryptionContext: blue };
    const { CiphertextBlob = new Uint8Array() } = await kms.call("Encrypt", sealed);
    const moved = {
      CiphertextBlob,
      SourceEncryptionContext: blue,
      DestinationKeyId: kms.arn(KeyId),
    };
    expect(await isAllowed("ReEncrypt", moved)).toBe(false);
    expect(await isAllowed("ReEncrypt", { ...moved, DestinationEncryptionContext: blue })).toBe(
      true,
    );
  });

  test("on the context does not concern DescribeKey", async () => {
    const KeyId = await kms.newKey();
    const Constraints = { EncryptionContextEquals: { Team: "blue" } };
    await grant(KeyId, { Operations: ["DescribeKey"], Constraints });
    expect(await isAllowed("DescribeKey", { KeyId: kms.arn(KeyId) })).toBe(true);
  });

  test("SourceArn is not met by a call of one's own", async () => {
    const KeyId = await kms.newKey();
    const Constraints = { SourceArn: "arn:aws:s3:::bucket" };
    await grant(KeyId, { Operations: ["DescribeKey", "Encrypt"], Constraints });
    expect(await isAllowed("DescribeKey", { KeyId: kms.arn(KeyId) })).toBe(false);
    expect(await isAllowed(...encrypt(KeyId))).toBe(false);
  });
});

describe("a grantee who may create grants by a grant", () => {
  const child = { GranteePrincipal: "arn:aws:iam::777788889999:root" };
  async function keyWith(input: Partial<Input<"CreateGrant">>) {
    const KeyId = await kms.newKey();
    await grant(KeyId, { Operations: ["CreateGrant", "Encrypt", "Decrypt"], ...input });
    return async (asked: JsonObject) =>
      await isAllowed("CreateGrant", { ...child, KeyId: kms.arn(KeyId), ...asked });
  }

  test("may hand on its operations, and no others", async () => {
    const may = await keyWith({});
    expect(await may({ Operations: ["Encrypt"] })).toBe(true);
    expect(await may({ Operations: ["Encrypt", "Decrypt", "CreateGrant"] })).toBe(true);
    expect(await may({ Operations: ["Encrypt", "GenerateDataKey"] })).toBe(false);
    expect(await may({ Operations: ["RetireGrant"] })).toBe(false);
  });

  test("has to hand on its constraints, or stricter ones", async () => {
    const may = await keyWith({ Constraints: { EncryptionContextSubset: { Team: "blue" } } });
    const encryptIf = (Constraints: JsonObject | null) =>
      may({ Operations: ["Encrypt"], Constraints });
    expect(await encryptIf({ EncryptionContextSubset: { Team: "blue", more: "x" } })).toBe(true);
    expect(await encryptIf({ EncryptionContextEquals: { Team: "blue" } })).toBe(true);
    expect(await encryptIf({ EncryptionContextSubset: { more: "x" } })).toBe(false);
    expect(await encryptIf(null)).toBe(false);
  });

  test("makes grants in its own account's name, which outlive the one they come from", async () => {
    const KeyId = await kms.newKey();
    const { GrantId } = await grant(KeyId, { Operations: ["CreateGrant", "Encrypt"] });
    await grant(kms.arn(KeyId), { ...child }, grantee);
    await kms.call("RevokeGrant", { KeyId, GrantId });
    const { Grants } = await kms.call("ListGrants", { KeyId });
    expect(Grants).toMatchObject([{ ...child, IssuingAccount: GranteePrincipal }]);
    expect(await isAllowed(...encrypt(KeyId), { accountId: "777788889999" })).toBe(true);
  });

  test("is free of all that where the key policy allows it", async () => {
    const Statement = [owner, GranteePrincipal].map((AWS) => ({
      Effect: "Allow",
      Principal: { AWS },
      Action: "kms:*",
      Resource: "*",
    }));
    const KeyId = await kms.newKey({ Policy: JSON.stringify({ Statement }) });
    await grant(KeyId, { Operations: ["CreateGrant", "Encrypt"] });
    const asked = { ...child, KeyId: kms.arn(KeyId), Operations: ["Decrypt"] };
    expect(await isAllowed("CreateGrant", asked)).toBe(true);
  });
});

describe("a grant token", () => {
  let KeyId: string;
  let GrantToken: string;
  beforeAll(async () => {
    KeyId = await kms.newKey();
    ({ GrantToken = "" } = await grant(KeyId, {}));
  });

  test("is taken by the grantee and by others, and changes nothing", async () => {
    const [name, input] = encrypt(KeyId);
    const asked = { ...input, GrantTokens: [GrantToken] };
    expect(await isAllowed(name, asked)).toBe(true);
    expect(await isAllowed(name, asked, { accountId: "777788889999" })).toBe(false);
    kms.nowMs += 400 * 86_400_000;
    expect(await isAllowed(name, asked)).toBe(true);
  });

  test("of another key's grant, or of a grant that is gone, is taken and gives nothing", async () => {
    const other = await kms.newKey();
    const { GrantToken: gone = "", GrantId } = await grant(other, {});
    await kms.call("RevokeGrant", { KeyId: other, GrantId });
    const [name, input] = encrypt(other);
    expect(await isAllowed(name, { ...input, GrantTokens: [GrantToken, gone] })).toBe(false);
  });

  test("InvalidGrantTokenException for one among ten that is not genuine", async () => {
    const [name, input] = encrypt(KeyId);
    const { NextMarker = "" } = await listOne();
    for (const forged of ["x", `${GrantToken.slice(0, -3)}AAA`, NextMarker]) {
      const GrantTokens = [...Array.from({ length: 9 }, () => GrantToken), forged];
      expect(await refusal(kms.send(name, { ...input, GrantTokens }, grantee))).toEqual({
        code: "InvalidGrantTokenException",
        message: undefined,
      });
    }
  });

  test("never opens when a single bit of it is changed", async () => {
    const bytes = Buffer.from(GrantToken, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const GrantTokens = [changed.toString("base64url")];
      const attempt = kms.call("DescribeKey", { KeyId, GrantTokens });
      expect((await refusal(attempt)).code).toBe("InvalidGrantTokenException");
    }
  });

  /** A marker is sealed by the same vault, for another purpose. */
  async function listOne() {
    await grant(KeyId, {});
    return await kms.call("ListGrants", { KeyId, Limit: 1 });
  }
});
