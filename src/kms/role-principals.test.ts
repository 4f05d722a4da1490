/** Roles whom key policies and grants name: what their sessions may do. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { type BenchRole, deleteRole, newRole } from "../../test/kms-roles.ts";
import { refusal } from "../../test/refusal.ts";
import type { Caller } from "../service/caller.ts";

const account = {
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::111122223333:root" },
  Action: "kms:*",
  Resource: "*",
};
const own = (Effect: string, Action = "kms:*") => ({ Effect, Action, Resource: "*" });
const naming = (AWS: string, Effect = "Allow") => ({
  ...own(Effect, "kms:Encrypt"),
  Principal: { AWS },
});

let kms: KmsBench;
let app: BenchRole;
let stranger: BenchRole;
beforeAll(async () => {
  kms = await kmsBench();
  app = await newRole(kms, "App");
  stranger = await newRole(kms, "App", { accountId: "444455556666" });
});
afterAll(async () => await kms.close());

const keyWith = async (...Statement: readonly object[]) =>
  await kms.newKey({ Policy: JSON.stringify({ Statement: [account, ...Statement] }) });

async function encrypts(KeyId: string, caller: Caller): Promise<string> {
  const sent = kms.send(
    "Encrypt",
    { KeyId: kms.arn(KeyId), Plaintext: Buffer.from("x") },
    { caller },
  );
  return await sent.then(
    () => "allowed",
    async () => (await refusal(sent)).message ?? "",
  );
}

async function grantTo(GranteePrincipal: string, more: object = {}) {
  const KeyId = await keyWith();
  const input = { KeyId, GranteePrincipal, Operations: ["Encrypt" as const], ...more };
  const { GrantId = "" } = await kms.call("CreateGrant", input);
  return { KeyId, GrantId };
}

describe("a key policy that names a role", () => {
  test("is enough for its sessions, as far as the policies they were made with go", async () => {
    const KeyId = await keyWith(naming(app.arn));
    expect(await encrypts(KeyId, app.session())).toBe("allowed");
    expect(await encrypts(KeyId, app.session(own("Allow"), own("Allow", "s3:*")))).toContain(
      "because no session policy allows the kms:Encrypt action",
    );
    expect(await encrypts(KeyId, app.session(undefined, own("Allow")))).toBe("allowed");
    expect(await encrypts(KeyId, app.session(own("Deny")))).toContain("explicit deny");
  });

  test("with a deny ends it", async () => {
    const KeyId = await keyWith(naming(app.arn, "Deny"));
    expect(await encrypts(KeyId, app.session(own("Allow")))).toContain(
      "with an explicit deny in a resource-based policy",
    );
  });

  test("of another account needs the role's own policies as well", async () => {
    const KeyId = await keyWith(naming(stranger.arn));
    expect(await encrypts(KeyId, stranger.session())).toContain("does not exist in this Region");
    expect(await encrypts(KeyId, stranger.session(own("Allow")))).toBe("allowed");
  });

  test("means the one that was there, and is shown by its id once that is gone", async () => {
    const first = await newRole(kms, "First");
    const KeyId = await keyWith(naming(first.arn));
    const shown = async () => (await kms.call("GetKeyPolicy", { KeyId })).Policy;
    expect(await shown()).toContain(`"${first.arn}"`);
    await deleteRole(kms, first);
    expect(await shown()).toContain(`"${first.id}"`);
    const again = await newRole(kms, "First");
    expect(await encrypts(KeyId, again.session())).toContain("no identity-based policy allows");
  });

  test("is refused when there is none", async () => {
    const Policy = JSON.stringify({ Statement: [account, naming(app.arn.replace("App", "None"))] });
    expect((await refusal(kms.call("CreateKey", { Policy }))).code).toBe(
      "MalformedPolicyDocumentException",
    );
  });
});

describe("a grant to a role", () => {
  test("goes as far as the boundary of the role", async () => {
    const { KeyId } = await grantTo(app.arn);
    const within = (Action: string) => ({
      ...app.session(),
      permissionsBoundary: JSON.stringify({ Statement: [own("Allow", Action)] }),
    });
    expect(await encrypts(KeyId, within("kms:Encrypt"))).toBe("allowed");
    expect(await encrypts(KeyId, within("s3:*"))).toContain("no permissions boundary allows");
  });

  test("lets its sessions in, as far as the policies they were made with go", async () => {
    const { KeyId } = await grantTo(app.arn);
    expect(await encrypts(KeyId, app.session())).toBe("allowed");
    expect(await encrypts(KeyId, app.session(undefined, own("Allow", "kms:Encrypt")))).toBe(
      "allowed",
    );
    expect(await encrypts(KeyId, app.session(undefined, own("Allow", "s3:*")))).toContain(
      "because no session policy allows the kms:Encrypt action",
    );
    expect(await encrypts(KeyId, app.session(own("Deny")))).toContain("explicit deny");
    expect(await encrypts(KeyId, (await newRole(kms, "Other")).session())).not.toBe("allowed");
  });

  test("lets in those of another account", async () => {
    const { KeyId } = await grantTo(stranger.arn);
    expect(await encrypts(KeyId, stranger.session())).toBe("allowed");
    expect(await encrypts(KeyId, app.session())).not.toBe("allowed");
  });

  test("is ended by its sessions where the role may, unless a limit leaves it out", async () => {
    const ends = async (caller: Caller) => {
      const { KeyId, GrantId } = await grantTo(app.arn, { RetiringPrincipal: app.arn });
      const sent = kms.call("RetireGrant", { KeyId: kms.arn(KeyId), GrantId }, { caller });
      return await sent.then(
        () => true,
        () => false,
      );
    };
    expect(await ends(app.session())).toBe(true);
    expect(await ends(app.session(own("Allow"), own("Allow", "kms:Encrypt")))).toBe(false);
    expect(await ends(app.session(undefined, own("Allow", "kms:RetireGrant")))).toBe(true);
    const within = (Action: string) => ({
      ...app.session(),
      permissionsBoundary: JSON.stringify({ Statement: [own("Allow", Action)] }),
    });
    expect(await ends(within("kms:Encrypt"))).toBe(false);
    expect(await ends(within("kms:RetireGrant"))).toBe(true);
  });

  test("means the one that was there, and is shown by its id once that is gone", async () => {
    const first = await newRole(kms, "Second");
    const { KeyId } = await grantTo(first.arn);
    await deleteRole(kms, first);
    const again = await newRole(kms, "Second");
    expect(await encrypts(KeyId, again.session())).not.toBe("allowed");
    const { Grants = [] } = await kms.call("ListGrants", { KeyId });
    expect(Grants).toMatchObject([{ GranteePrincipal: first.id }]);
  });

  test("is refused when there is no such role", async () => {
    const attempt = grantTo(app.arn.replace("App", "None"));
    expect((await refusal(attempt)).code).toBe("InvalidArnException");
  });
});
