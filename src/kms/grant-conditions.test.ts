import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { JsonObject } from "../service/service.ts";

const GranteePrincipal = "arn:aws:iam::444455556666:root";

const refused = async (input: JsonObject) =>
  await refusal(
    kms.send("CreateGrant", { GranteePrincipal, Operations: ["Encrypt", "Decrypt"], ...input }),
  );

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

describe("a key policy on who may grant what", () => {
  const account = "arn:aws:iam::111122223333:root";
  async function keyThatDenies(Condition: object): Promise<string> {
    const allow = { Effect: "Allow", Principal: { AWS: account }, Action: "kms:*", Resource: "*" };
    const deny = {
      Effect: "Deny",
      Principal: "*",
      Action: "kms:CreateGrant",
      Resource: "*",
      Condition,
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [allow, deny] });
    return await kms.newKey({ Policy });
  }
  const user = "arn:aws:iam::111122223333:user/Alice";
  test.each<[string, object, JsonObject, JsonObject]>([
    [
      "kms:GrantOperations",
      { "ForAnyValue:StringEquals": { "kms:GrantOperations": "CreateGrant" } },
      { Operations: ["Encrypt", "CreateGrant"] },
      {},
    ],
    [
      "kms:GranteePrincipal",
      { StringNotEquals: { "kms:GranteePrincipal": GranteePrincipal } },
      { GranteePrincipal: user },
      {},
    ],
    [
      "kms:RetiringPrincipal",
      { StringEquals: { "kms:RetiringPrincipal": user } },
      { RetiringPrincipal: user },
      { RetiringPrincipal: account },
    ],
    [
      "kms:GrantConstraintType",
      { StringNotEqualsIfExists: { "kms:GrantConstraintType": "EncryptionContextEquals" } },
      { Constraints: { EncryptionContextSubset: { a: "1" } } },
      { Constraints: { EncryptionContextEquals: { a: "1" } } },
    ],
    [
      "kms:GrantConstraintSourceArn",
      { ArnLike: { "kms:GrantConstraintSourceArn": "arn:aws:s3:::*" } },
      { Constraints: { SourceArn: "arn:aws:s3:::b" } },
      {},
    ],
    [
      "kms:EncryptionContext:",
      { StringEquals: { "kms:EncryptionContext:Team": "red" } },
      { Constraints: { EncryptionContextEquals: { team: "red" } } },
      { Constraints: { EncryptionContextEquals: { team: "blue" } } },
    ],
    [
      "kms:EncryptionContextKeys",
      { "ForAnyValue:StringEquals": { "kms:EncryptionContextKeys": "secret" } },
      { Constraints: { EncryptionContextSubset: { secret: "1" } } },
      { Constraints: { EncryptionContextSubset: { open: "1" } } },
    ],
  ])("can ask for %s", async (_what, condition, denied, allowed) => {
    const key = await keyThatDenies(condition);
    expect((await refused({ KeyId: key, ...denied })).code).toBe("AccessDeniedException");
    await kms.send("CreateGrant", {
      KeyId: key,
      GranteePrincipal,
      Operations: ["Encrypt"],
      ...allowed,
    });
  });

  test("can ask for kms:GrantIsForAWSResource, which no call of a customer's is", async () => {
    const key = await keyThatDenies({ Bool: { "kms:GrantIsForAWSResource": "false" } });
    expect((await refused({ KeyId: key })).code).toBe("AccessDeniedException");
  });
});
