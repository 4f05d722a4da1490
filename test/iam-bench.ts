/** Accounts and access keys on a bench: a real store and trail, and secrets kept in the open. */
import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readJournal } from "../src/lib/journal-reader.ts";
import type { SecretAccessKeys } from "../src/service/secret-access-keys.ts";
import type { SessionTokens } from "../src/service/session-tokens.ts";
import type { Trail } from "../src/service/trail.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { openJournal } from "../src/trail/journal.ts";
import type { Change, Store } from "../src/store/store.ts";
import { openTrail } from "../src/trail/trail.ts";
import { signingKey } from "./signing-key.ts";

export interface IamBench {
  readonly directory: string;
  readonly partition: string;
  readonly store: Store;
  readonly secretAccessKeys: SecretAccessKeys;
  readonly sessionTokens: SessionTokens;
  readonly trail: Trail;
  /** As if it had just been opened. Opening takes longer than most tests. */
  reset(): Promise<void>;
  /** How often a signing key was derived. */
  derivations(): number;
  /** Everything on record. */
  records(): Promise<Record<string, unknown>[]>;
  /** The journal as it lies on disk. */
  journalText(): Promise<string>;
  close(): Promise<void>;
}

/** On a directory of its own, which goes with it, unless one is given. */
export async function openIamBench(given?: string): Promise<IamBench> {
  const directory = given ?? (await mkdtemp(path.join(tmpdir(), "keyhaven-iam-")));
  const store = await openSqliteStore({ directory, mode: "dev" });
  const journal = await openJournal({ directory: path.join(directory, "journal") });
  const trail = await openTrail({ journal, store });
  const secrets = openSecrets();
  let forgotten = 0;
  const journalLines = async (): Promise<string[]> => {
    const lines: string[] = [];
    for await (const line of readJournal(journal.directory)) lines.push(line);
    return lines;
  };
  const newLines = async () => (await journalLines()).slice(forgotten);
  return {
    directory,
    partition: "aws",
    store,
    secretAccessKeys: secrets.secretAccessKeys,
    sessionTokens,
    trail,
    derivations: secrets.derivations,
    journalText: async () => (await newLines()).join("\n"),
    records: async () =>
      (await newLines()).map((line) => JSON.parse(line) as Record<string, unknown>),
    async reset() {
      await empty(store);
      secrets.reset();
      forgotten = (await journalLines()).length;
    },
    async close() {
      await trail.close();
      await store.close();
      if (given === undefined) await rm(directory, { recursive: true });
    },
  };
}

async function empty(store: Store): Promise<void> {
  const all = { after: undefined, limit: 1_000 };
  const changes: Change[] = [];
  for (const account of await store.listAccounts(all)) {
    for (const record of await store.listAccessKeys(account.accountId, all)) {
      changes.push({ kind: "delete", table: "accessKeys", record });
    }
    for (const record of await store.listUsers(account.accountId, all)) {
      changes.push({ kind: "delete", table: "users", record });
    }
    for (const record of await store.listRoles(account.accountId, all)) {
      changes.push({ kind: "delete", table: "roles", record });
    }
    for (const record of await store.listGroups(account.accountId, all)) {
      changes.push({ kind: "delete", table: "groups", record });
    }
    for (const record of await store.listManagedPolicies(account.accountId, all)) {
      changes.push({ kind: "delete", table: "managedPolicies", record });
    }
    changes.push({ kind: "delete", table: "accounts", record: account });
  }
  if (changes.length > 0) await store.commit(changes);
  for (const { eventId } of await store.listOutbox()) store.settle(eventId);
}

/** What the vault does, without its protection: facts and secret side by side. */
function openSecrets(): Pick<IamBench, "secretAccessKeys" | "derivations"> & { reset(): void } {
  let derived = 0;
  return {
    derivations: () => derived,
    reset: () => void (derived = 0),
    secretAccessKeys: {
      create: (facts, secret) => {
        const secretAccessKey = Buffer.from(secret ?? randomBytes(30).toString("base64"));
        const wrapped = Buffer.from(JSON.stringify({ facts, secret: secretAccessKey.toString() }));
        return Promise.resolve({ secretAccessKey, wrapped });
      },
      deriveSigningKey: ({ facts, wrapped, date, region, service }) => {
        derived += 1;
        const sealed = JSON.parse(Buffer.from(wrapped).toString()) as {
          facts: unknown;
          secret: string;
        };
        return JSON.stringify(sealed.facts) === JSON.stringify(facts)
          ? Promise.resolve(signingKey(sealed.secret, [date, region, service]))
          : Promise.reject(new Error("these are not the facts"));
      },
    },
  };
}

/** Tokens that say for whom they are, and can be read by anyone. */
const sessionTokens: SessionTokens = {
  seal: (accessKeyId, session) =>
    Promise.resolve(
      Buffer.from(`${accessKeyId} ${Buffer.from(session).toString()}`).toString("base64"),
    ),
  open: (accessKeyId, token) => {
    const text = Buffer.from(token, "base64").toString();
    const isOurs = text.startsWith(`${accessKeyId} `);
    return Promise.resolve(isOurs ? Buffer.from(text.slice(accessKeyId.length + 1)) : undefined);
  },
};

/** What a signing key makes of a text: keys are compared by it. */
export function signatureUnder(key: Uint8Array): string {
  return createHmac("sha256", key).update(signedText).digest("hex");
}

export const signedText = "a string to sign";
