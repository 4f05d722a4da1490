import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";
import type { JsonObject } from "../../../service/service.ts";

const first = "arn:aws:iam::444455556666:root";
const second = "arn:aws:iam::777788889999:root";

let kms: KmsBench;
let KeyId: string;
const ids: Record<string, string[]> = { [first]: [], [second]: [] };
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey();
  for (let count = 0; count < 4; count += 1) {
    for (const GranteePrincipal of [first, second]) {
      const asked = { KeyId, GranteePrincipal, Operations: ["Encrypt" as const] };
      const { GrantId = "" } = await kms.call("CreateGrant", asked);
      ids[GranteePrincipal]?.push(GrantId);
    }
  }
});
afterAll(async () => await kms.close());

const refused = async (input: JsonObject) =>
  await refusal(kms.send("ListGrants", { KeyId, ...input }));

async function list(input: JsonObject = {}) {
  const { Grants = [], ...more } = await kms.call("ListGrants", { KeyId, ...input });
  return { ids: Grants.map(({ GrantId }) => GrantId), ...more };
}

describe("ListGrants", () => {
  test("lists all grants of the key, by grant id", async () => {
    const all = Object.values(ids).flat().toSorted();
    expect(await list()).toEqual({ ids: all, Truncated: false });
    expect(await list({ KeyId: kms.arn(KeyId) })).toEqual({ ids: all, Truncated: false });
  });

  test("lists the grants of one grantee, and one grant", async () => {
    expect((await list({ GranteePrincipal: first })).ids).toEqual(ids[first]?.toSorted());
    expect((await list({ GranteePrincipal: "arn:aws:iam::444455556666:role/x" })).ids).toEqual([]);
    const [GrantId = ""] = ids[first] ?? [];
    expect((await list({ GrantId })).ids).toEqual([GrantId]);
    expect((await list({ GrantId, GranteePrincipal: first })).ids).toEqual([GrantId]);
    expect((await list({ GrantId, GranteePrincipal: second })).ids).toEqual([]);
  });

  test("lists nothing for a grant id that the key has no grant of", async () => {
    expect(await list({ GrantId: "0".repeat(64) })).toEqual({ ids: [], Truncated: false });
    const other = await kms.newKey();
    expect(await list({ KeyId: other, GrantId: ids[first]?.[0] ?? "" })).toMatchObject({ ids: [] });
  });

  test("is paged, each grant exactly once", async () => {
    const seen: unknown[] = [];
    let page = await list({ Limit: 3 });
    for (
      ;
      page.Truncated === true;
      page = await list({ Limit: 3, Marker: page.NextMarker ?? "" })
    ) {
      seen.push(...page.ids);
    }
    expect([...seen, ...page.ids]).toEqual(Object.values(ids).flat().toSorted());
    expect(page).not.toHaveProperty("NextMarker");
  });

  test("never shows a token, nor puts one on record", async () => {
    const { Grants } = await kms.call("ListGrants", { KeyId });
    expect(JSON.stringify(Grants)).not.toContain("Token");
    expect(kms.lastRecord()).toMatchObject({
      readOnly: true,
      requestParameters: { keyId: KeyId },
      responseElements: null,
    });
  });

  test("works for a key in every state", async () => {
    const key = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId: key });
    expect((await list({ KeyId: key })).ids).toEqual([]);
  });

  test("InvalidMarkerException for the marker of another filter", async () => {
    const { NextMarker = "" } = await list({ Limit: 1, GranteePrincipal: first });
    const other = { Limit: 1, GranteePrincipal: second, Marker: NextMarker };
    expect((await refused(other)).code).toBe("InvalidMarkerException");
    expect((await refused({ Marker: "x" })).code).toBe("InvalidMarkerException");
  });

  test.each(["x", "0".repeat(63), "A".repeat(64), `${"0".repeat(64)}\n`])(
    "InvalidGrantIdException for the grant id %j",
    async (GrantId) => {
      expect((await refused({ GrantId })).code).toBe("InvalidGrantIdException");
    },
  );

  test("ValidationException for a service principal, which only services may ask for", async () => {
    const GranteeServicePrincipal = "s3.amazonaws.com";
    expect(await refused({ GranteeServicePrincipal })).toEqual({
      code: "ValidationException",
      message: "Only a service principal can list grants by GranteeServicePrincipal.",
    });
    expect(await refused({ GranteeServicePrincipal, GranteePrincipal: first })).toEqual({
      code: "ValidationException",
      message: "Specify either GranteePrincipal or GranteeServicePrincipal, not both.",
    });
  });

  test("ValidationException for a limit of 101", async () => {
    const { code, message } = await refused({ Limit: 101 });
    expect(code).toBe("ValidationException");
    expect(message).toMatch(/at 'limit' .* less than or equal to 100$/);
  });

  test("NotFoundException for an alias: it takes none", async () => {
    expect((await refused({ KeyId: "alias/x" })).message).toBe("Invalid keyId 'alias/x'");
  });
});
