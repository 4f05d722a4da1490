/** CreateAccount: an account and its first access key, whose secret is shown this once. */
import { randomInt } from "node:crypto";
import { adminOperation, type Bench } from "../operation.ts";
import { refusal } from "../errors.ts";
import { newAccessKey } from "../../new-access-key.ts";
import * as shape from "../shapes.ts";

/** So many numbers are free that a second taken one in a row would be a wonder. */
const maxGuesses = 10;

interface Input {
  readonly Name: string;
  readonly AccountId?: string;
}

export const createAccount = adminOperation<Input>({
  readOnly: false,
  input: { Name: shape.accountName, AccountId: shape.optional(shape.accountId) },
  audit: ({ Name, AccountId }) => ({ name: Name, accountId: AccountId }),

  async run({ input: { Name, AccountId }, ...bench }) {
    const { store, clock, region, secretAccessKeys } = bench;
    if (AccountId !== undefined && (await store.findAccount(AccountId)) !== undefined) {
      throw refusal("EntityAlreadyExistsException", `Account ${AccountId} exists already.`);
    }
    const accountId = AccountId ?? (await freeAccountId(bench));
    const createdAtMs = clock();
    const account = { accountId, name: Name, createdAtMs, rowVersion: 1 };
    const key = await newAccessKey({ accountId, createdAtMs }, secretAccessKeys);
    const { accessKeyId } = key.record;
    return {
      output: {
        AccountId: accountId,
        AccessKeyId: accessKeyId,
        SecretAccessKey: key.secretAccessKey,
        Region: region,
      },
      changes: [
        { kind: "insert", table: "accounts", record: account },
        { kind: "insert", table: "accessKeys", record: key.record },
      ],
      responseElements: { accountId, accessKeyId },
      accountId,
      secret: key.secretAccessKey,
    };
  },
});

async function freeAccountId({ store }: Pick<Bench, "store">): Promise<string> {
  for (let guess = 0; guess < maxGuesses; guess += 1) {
    const accountId = String(randomInt(100_000_000_000, 1_000_000_000_000));
    if ((await store.findAccount(accountId)) === undefined) return accountId;
  }
  throw new Error("no free account number was found");
}
