import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type IamBench,
  openIamBench,
  signatureUnder,
  signedText,
} from "../../../test/iam-bench.ts";
import { signingKey } from "../../../test/signing-key.ts";
import { ServiceError } from "../../service/service-error.ts";
import type { Authenticated, JsonObject, Service } from "../../service/service.ts";
import { StoreConflict } from "../../store/store.ts";
import { accessKeyDirectory } from "../access-key-directory.ts";
import { adminService } from "./service.ts";
import type { AdminParts } from "./answer.ts";

const by: Authenticated = {
  caller: { type: "Operator", accountId: "", arn: "operator", principalId: "1000" },
  facts: {
    requestId: "1aef6713-0223-4ff7-9a6d-781360521930",
    receivedAtMs: Date.UTC(2026, 2, 1),
    region: "us-east-1",
    sourceIp: "local",
    userAgent: "keyhaven-cli",
    host: "localhost",
  },
};

let bench: IamBench;
let parts: AdminParts;
let service: Service;
beforeAll(async () => {
  bench = await openIamBench();
});
beforeEach(async () => {
  await bench.reset();
  parts = { ...bench, region: "eu-west-1", clock: () => Date.UTC(2026, 2, 1) };
  service = adminService(parts);
});
afterAll(async () => {
  await bench.close();
});

async function call<Output>(operation: string, input: JsonObject = {}): Promise<Output> {
  return (await service.answer({ operation, input }, by)).output as Output;
}

interface Created {
  AccountId: string;
  AccessKeyId: string;
  SecretAccessKey: Uint8Array;
  Region: string;
}

const createAccount = (input: JsonObject = { Name: "billing" }) =>
  call<Created>("CreateAccount", input);

/** The refusal of a call, which must be on record. */
async function refused(operation: string, input: JsonObject): Promise<ServiceError> {
  const error: unknown = await call(operation, input).catch((reason: unknown) => reason);
  if (!(error instanceof ServiceError)) throw new Error("it was not refused", { cause: error });
  const { errorCode, errorMessage } = (await bench.records()).at(-1) ?? {};
  expect({ errorCode, errorMessage }).toEqual({
    errorCode: error.code,
    errorMessage: error.message,
  });
  return error;
}

describe("CreateAccount", () => {
  test("makes an account and an access key that works", async () => {
    const created = await createAccount({ Name: "Größe 名" });
    expect(created).toMatchObject({
      AccountId: expect.stringMatching(/^[1-9]\d{11}$/) as string,
      AccessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/) as string,
      Region: "eu-west-1",
    });
    const scope = {
      accessKeyId: created.AccessKeyId,
      date: "20260301",
      region: "us-east-1",
      service: "kms",
    };
    const credential = await accessKeyDirectory(bench).findSigningCredential(scope);
    expect(credential?.caller.accountId).toBe(created.AccountId);
    const secret = Buffer.from(created.SecretAccessKey).toString();
    expect(credential?.signingKey.sign(signedText)).toBe(
      signatureUnder(signingKey(secret, ["20260301", "us-east-1", "kms"])),
    );
  });

  test("takes the number it is given, leading zeros too", async () => {
    const created = await createAccount({ Name: "billing", AccountId: "000000000001" });
    expect(created.AccountId).toBe("000000000001");
  });

  test("refuses a number that is taken", async () => {
    await createAccount({ Name: "one", AccountId: "111122223333" });
    const error = await refused("CreateAccount", { Name: "two", AccountId: "111122223333" });
    expect(error.code).toBe("EntityAlreadyExistsException");
  });

  test("gives one of two who ask for a number at once the number, the other a refusal", async () => {
    const input = { Name: "one", AccountId: "111122223333" };
    const answers = await Promise.allSettled([createAccount(input), createAccount(input)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(answers.find((answer) => answer.status === "rejected")?.reason).toMatchObject({
      code: "EntityAlreadyExistsException",
    });
  });

  test("is on record, settled, and the secret is not", async () => {
    const { AccountId, AccessKeyId, SecretAccessKey } = await createAccount();
    expect(await bench.records()).toMatchObject([
      {
        eventSource: "admin.keyhaven",
        eventName: "CreateAccount",
        userIdentity: { type: "Operator", principalId: "1000", arn: "operator" },
        requestParameters: { name: "billing" },
        responseElements: { accountId: AccountId, accessKeyId: AccessKeyId },
        readOnly: false,
        recipientAccountId: AccountId,
      },
    ]);
    await expect.poll(() => bench.store.listOutbox(), { timeout: 5_000 }).toEqual([]);
    const text = await bench.journalText();
    for (const encoding of ["latin1", "base64", "hex"] as const) {
      expect(text).not.toContain(Buffer.from(SecretAccessKey).toString(encoding));
    }
  });

  test("answers that what it says is sensitive", async () => {
    const { sensitive } = await service.answer(
      { operation: "CreateAccount", input: { Name: "one" } },
      by,
    );
    expect(sensitive).toBe(true);
  });

  test.each([
    ["no name", {}, "Value at 'Name' failed to satisfy constraint: Member must not be null"],
    ["an empty name", { Name: "" }, "Value at 'Name'"],
    ["a name of 65 characters", { Name: "a".repeat(65) }, "Value at 'Name'"],
    ["a name with a line break", { Name: "a\nb" }, "Value at 'Name'"],
    ["a name with a line separator", { Name: "a\u2028b" }, "Value at 'Name'"],
    ["a name with an escape", { Name: "\u001b[31m" }, "Value at 'Name'"],
    ["a name with half a character", { Name: "\ud800" }, "Value at 'Name'"],
    ["a name that is a number", { Name: 5 }, "Value at 'Name'"],
    ["a name that is a list", { Name: ["a"] }, "Value at 'Name'"],
    ["eleven digits", { Name: "a", AccountId: "11112222333" }, "Value at 'AccountId'"],
    ["a number for digits", { Name: "a", AccountId: 111122223333 }, "Value at 'AccountId'"],
    ["a line break after the digits", { Name: "a", AccountId: "111122223333\n" }, "'AccountId'"],
    ["an unknown member", { Name: "a", Admin: true }, "Member 'Admin' is not known"],
  ])("refuses %s", async (_, input, message) => {
    const error = await refused("CreateAccount", input);
    expect(error).toMatchObject({ code: "ValidationException", status: 400 });
    expect(error.message).toContain(message);
    expect(await bench.store.listAccounts({ after: undefined, limit: 1 })).toEqual([]);
  });

  test("names everything that is wrong at once", async () => {
    const error = await refused("CreateAccount", { AccountId: "1", X: 1 });
    expect(error.message).toBe(
      "3 validation errors detected: " +
        "Value at 'Name' failed to satisfy constraint: Member must not be null; " +
        "Value at 'AccountId' failed to satisfy constraint: Member must be an account number of 12 digits; " +
        "Member 'X' is not known",
    );
  });

  test("accepts a name of 64 characters, counted as people count", async () => {
    const { AccountId } = await createAccount({ Name: "😀".repeat(64) });
    expect(await bench.store.findAccount(AccountId)).toMatchObject({ name: "😀".repeat(64) });
  });
});

describe("access keys", () => {
  interface Listed {
    AccessKeys: { AccessKeyId: string; Status: string; CreateDate: Date; AccountId: string }[];
    NextMarker?: string;
    Truncated: boolean;
  }

  test("CreateAccessKey adds one, ListAccessKeys shows both without their secrets", async () => {
    const { AccountId, AccessKeyId } = await createAccount();
    const second = await call<Created>("CreateAccessKey", { AccountId });
    expect(second.AccessKeyId).not.toBe(AccessKeyId);
    expect(second.SecretAccessKey).toHaveLength(40);
    const { AccessKeys, Truncated } = await call<Listed>("ListAccessKeys", { AccountId });
    const listed = { AccountId, Status: "Active", CreateDate: new Date(Date.UTC(2026, 2, 1)) };
    expect(Truncated).toBe(false);
    expect(AccessKeys).toEqual(
      [AccessKeyId, second.AccessKeyId].toSorted().map((id) => ({ AccessKeyId: id, ...listed })),
    );
  });

  test("an access key is refused while it is inactive, and for good once it is deleted", async () => {
    const { AccessKeyId } = await createAccount();
    const accessKeys = accessKeyDirectory(bench);
    const scope = {
      accessKeyId: AccessKeyId,
      date: "20260301",
      region: "us-east-1",
      service: "kms",
    };
    const works = async () => (await accessKeys.findSigningCredential(scope)) !== undefined;
    expect(await works()).toBe(true);
    expect(await call("UpdateAccessKey", { AccessKeyId, Status: "Inactive" })).toBeUndefined();
    expect(await works()).toBe(false);
    await call("UpdateAccessKey", { AccessKeyId, Status: "Active" });
    expect(await works()).toBe(true);
    expect(await call("DeleteAccessKey", { AccessKeyId })).toBeUndefined();
    expect(await works()).toBe(false);
    expect((await bench.records()).map((record) => record["eventName"])).toEqual([
      "CreateAccount",
      "UpdateAccessKey",
      "UpdateAccessKey",
      "DeleteAccessKey",
    ]);
  });

  test.each([
    ["CreateAccessKey", { AccountId: "444455556666" }, "NoSuchEntityException"],
    ["ListAccessKeys", { AccountId: "444455556666" }, "NoSuchEntityException"],
    ["UpdateAccessKey", { AccessKeyId: "AKIAX", Status: "Active" }, "NoSuchEntityException"],
    ["DeleteAccessKey", { AccessKeyId: "AKIAX" }, "NoSuchEntityException"],
    ["CreateAccessKey", {}, "ValidationException"],
    ["ListAccessKeys", { AccountId: "x" }, "ValidationException"],
    ["ListAccessKeys", { AccountId: "444455556666", Limit: 0 }, "ValidationException"],
    ["ListAccessKeys", { AccountId: "444455556666", Marker: "-" }, "ValidationException"],
    ["ListAccounts", { Limit: 1_001 }, "ValidationException"],
    ["ListAccounts", { Limit: 1.5 }, "ValidationException"],
    ["ListAccounts", { Limit: "5" }, "ValidationException"],
    ["ListAccounts", { Marker: "x" }, "ValidationException"],
    ["UpdateAccessKey", { AccessKeyId: "AKIAX", Status: "active" }, "ValidationException"],
    ["UpdateAccessKey", { AccessKeyId: "AKIAX" }, "ValidationException"],
    ["DeleteAccessKey", { AccessKeyId: "AKIA X" }, "ValidationException"],
    ["Nothing", {}, "UnknownOperationException"],
    ["constructor", {}, "UnknownOperationException"],
  ])("%s refuses %o with %s", async (operation, input, code) => {
    expect((await refused(operation, input)).code).toBe(code);
  });

  test("pages hold every account exactly once, in order", async () => {
    for (let number = 0; number < 7; number += 1) await createAccount();
    interface Page {
      Accounts: { AccountId: string; Name: string; CreateDate: Date }[];
      NextMarker?: string;
      Truncated: boolean;
    }
    const all = (await call<Page>("ListAccounts")).Accounts;
    expect(all).toHaveLength(7);
    expect(all[0]).toMatchObject({ Name: "billing", CreateDate: new Date(Date.UTC(2026, 2, 1)) });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), async (Limit) => {
        const seen: unknown[] = [];
        let page: Page | undefined;
        for (let pages = 0; page === undefined || page.Truncated; pages += 1) {
          expect(pages).toBeLessThan(8);
          const marker = page?.NextMarker === undefined ? {} : { Marker: page.NextMarker };
          page = await call<Page>("ListAccounts", { Limit, ...marker });
          expect(page.Accounts.length).toBeLessThanOrEqual(Limit);
          seen.push(...page.Accounts);
        }
        expect(page.NextMarker).toBeUndefined();
        expect(seen).toEqual(all);
      }),
      { numRuns: 9 },
    );
  });
});

describe("the corridor", () => {
  const root: Authenticated = {
    ...by,
    caller: {
      type: "Root",
      accountId: "111122223333",
      arn: "arn:aws:iam::111122223333:root",
      principalId: "111122223333",
    },
  };

  test("nobody but the operator is answered, and the attempt is on record", async () => {
    const attempt = service.answer({ operation: "ListAccounts", input: {} }, root);
    await expect(attempt).rejects.toMatchObject({ code: "AccessDeniedException" });
    expect((await bench.records())[0]).toMatchObject({
      errorCode: "AccessDenied",
      recipientAccountId: "111122223333",
    });
  });

  test("a body that could not be read is on record and handed back", async () => {
    const error = new ServiceError("SerializationException", 400, undefined);
    expect(await service.refuse("CreateAccount", error, by)).toBe(error);
    const record = (await bench.records())[0];
    expect(record).toMatchObject({ errorCode: "SerializationException", requestParameters: null });
    expect(record).not.toHaveProperty("errorMessage");
  });

  test("a change that always comes second is refused in the end, and nothing is settled", async () => {
    let attempts = 0;
    const commit = () => {
      attempts += 1;
      return Promise.reject(new StoreConflict());
    };
    service = adminService({ ...parts, store: { ...bench.store, commit } });
    expect((await refused("CreateAccount", { Name: "a" })).code).toBe(
      "ConcurrentModificationException",
    );
    expect(attempts).toBe(5);
  });

  test("a defect is on record without its words, and thrown as it is", async () => {
    const defect = new Error("disk /var/lib/secret is gone");
    const commit = () => Promise.reject(defect);
    service = adminService({ ...parts, store: { ...bench.store, commit } });
    await expect(createAccount()).rejects.toBe(defect);
    expect((await bench.records())[0]).toMatchObject({ errorCode: "InternalFailure" });
    expect(await bench.journalText()).not.toContain("disk");
  });

  test("nothing is answered when the record does not reach the disk, and the secret is wiped", async () => {
    const made: Uint8Array[] = [];
    const secretAccessKeys: AdminParts["secretAccessKeys"] = {
      ...bench.secretAccessKeys,
      async create(facts) {
        const created = await bench.secretAccessKeys.create(facts);
        made.push(created.secretAccessKey);
        return created;
      },
    };
    const trail: AdminParts["trail"] = {
      compose: (event) => bench.trail.compose(event),
      append: () => Promise.reject(new Error("full")),
    };
    service = adminService({ ...parts, secretAccessKeys, trail });
    await expect(createAccount()).rejects.toThrow("full");
    expect(made).toEqual([Buffer.alloc(40)]);
    expect(await bench.store.listOutbox()).toHaveLength(1);
  });

  test("requests hold no blobs, and unknown operations are unknown", () => {
    expect(service.blobMembers("CreateAccount")).toEqual(new Set());
    expect(service.blobMembers("Nothing")).toBeUndefined();
    expect(service.blobMembers("__proto__")).toBeUndefined();
  });
});
