import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { newRole } from "../../../../test/kms-roles.ts";
import { refusal } from "../../../../test/refusal.ts";
import type { JsonObject } from "../../../service/service.ts";

const retirer = { accountId: "444455556666" };
const RetiringPrincipal = "arn:aws:iam::444455556666:root";
const ofRole = "arn:aws:iam::444455556666:role/team/App";

let kms: KmsBench;
const made: { KeyId: string; GrantId: string }[] = [];
beforeAll(async () => {
  kms = await kmsBench();
  await newRole(kms, "App", retirer);
  for (const options of [{}, { accountId: "777788889999" }]) {
    const KeyId = await kms.newKey({}, options);
    const asked = { KeyId, GranteePrincipal: RetiringPrincipal, Operations: ["Encrypt" as const] };
    for (let count = 0; count < 3; count += 1) {
      const { GrantId = "" } = await kms.call(
        "CreateGrant",
        { ...asked, RetiringPrincipal },
        options,
      );
      made.push({ KeyId: kms.arn(KeyId, options), GrantId });
    }
    await kms.call("CreateGrant", asked, options);
    await kms.call("CreateGrant", { ...asked, RetiringPrincipal: ofRole }, options);
  }
  const elsewhere = { region: "us-east-1" };
  const asked = { KeyId: await kms.newKey({}, elsewhere), GranteePrincipal: RetiringPrincipal };
  await kms.call(
    "CreateGrant",
    { ...asked, RetiringPrincipal, Operations: ["Decrypt"] },
    elsewhere,
  );
});
afterAll(async () => await kms.close());

const refused = async (input: JsonObject, options = retirer) =>
  await refusal(kms.send("ListRetirableGrants", input, options));

describe("ListRetirableGrants", () => {
  test("lists what a principal may retire on keys of all accounts in the Region, by grant id", async () => {
    const { Grants = [], Truncated } = await kms.call(
      "ListRetirableGrants",
      { RetiringPrincipal },
      retirer,
    );
    const listed = Grants.map(({ KeyId = "", GrantId = "" }) => ({ KeyId, GrantId }));
    expect(listed).toEqual(made.toSorted((a, b) => (a.GrantId < b.GrantId ? -1 : 1)));
    expect(Truncated).toBe(false);
    expect(kms.lastRecord()).toMatchObject({
      readOnly: true,
      requestParameters: { retiringPrincipal: RetiringPrincipal },
      resources: [],
    });
  });

  test("tells principals of the account apart", async () => {
    const asked = { RetiringPrincipal: ofRole };
    const { Grants } = await kms.call("ListRetirableGrants", asked, retirer);
    expect(Grants).toHaveLength(2);
  });

  test("is paged, each grant exactly once", async () => {
    const seen: unknown[] = [];
    let Marker: string | undefined;
    do {
      const asked = { RetiringPrincipal, Limit: 4, Marker };
      const page = await kms.call("ListRetirableGrants", asked, retirer);
      seen.push(...(page.Grants ?? []).map(({ GrantId }) => GrantId));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    expect(seen).toEqual(made.map(({ GrantId }) => GrantId).toSorted());
  });

  test("AccessDeniedException for a principal of another account", async () => {
    expect(await refused({ RetiringPrincipal }, { accountId: "111122223333" })).toEqual({
      code: "AccessDeniedException",
      message:
        "User: arn:aws:iam::111122223333:root is not authorized to perform: " +
        `kms:ListRetirableGrants on resource: ${RetiringPrincipal} because no identity-based ` +
        "policy allows the kms:ListRetirableGrants action",
    });
  });

  test("InvalidArnException for what is no principal", async () => {
    expect((await refused({ RetiringPrincipal: "444455556666" })).code).toBe("InvalidArnException");
  });

  test("ValidationException for no principal, two, or a service", async () => {
    const RetiringServicePrincipal = "s3.amazonaws.com";
    expect((await refused({})).message).toMatch(
      /Value null at 'retiringPrincipal' .* not be null$/,
    );
    expect((await refused({ RetiringServicePrincipal })).message).toBe(
      "Only a service principal can list grants by RetiringServicePrincipal.",
    );
    expect((await refused({ RetiringServicePrincipal, RetiringPrincipal })).message).toBe(
      "Specify either RetiringPrincipal or RetiringServicePrincipal, not both.",
    );
  });

  test("InvalidMarkerException for the marker of another principal", async () => {
    const asked = { RetiringPrincipal, Limit: 1 };
    const { NextMarker = "" } = await kms.call("ListRetirableGrants", asked, retirer);
    const other = { RetiringPrincipal: ofRole, Limit: 1, Marker: NextMarker };
    expect((await refused(other)).code).toBe("InvalidMarkerException");
  });
});
