import { expect, test } from "vitest";
import {
  firstPage,
  openTestStore,
  runModule,
  temporaryDirectory,
} from "../../../test/store-bench.ts";

/** Commits for ever, several at a time, and says of each that it was acknowledged. */
const committer = (directory: string, run: number): string => `
  import { openSqliteStore } from "src/store/sqlite/sqlite-store.ts";
  const store = await openSqliteStore({ directory: ${JSON.stringify(directory)}, mode: "serve" });
  let next = 0;
  async function commitForEver() {
    for (;;) {
      const accountId = ${run} + "-" + String(next++);
      const record = { accountId, name: "some", createdAtMs: 1, rowVersion: 1 };
      await store.commit(
        [{ kind: "insert", table: "accounts", record }],
        { eventId: accountId, line: "{}" },
      );
      console.log(accountId);
    }
  }
  for (let i = 0; i < 8; i += 1) commitForEver();
`;

test(
  "what was acknowledged is there after kill -9, ten times over",
  { timeout: 60_000 },
  async () => {
    const directory = temporaryDirectory();
    const acknowledged: string[] = [];
    for (let run = 0; run < 10; run += 1) {
      const { child, lines, exited } = runModule(committer(directory, run));
      // Now after a few commits, now after some hundreds.
      const enough = acknowledged.length + 1 + ((run * 97) % 300);
      for await (const line of lines) {
        acknowledged.push(line);
        if (acknowledged.length === enough) child.kill("SIGKILL");
      }
      await exited;
      expect(child.signalCode).toBe("SIGKILL");
      const store = await openTestStore(directory);
      const found = await Promise.all(acknowledged.map(async (id) => await store.findAccount(id)));
      expect(found.filter((account) => account === undefined)).toEqual([]);
      // Neither a change without its entry nor an entry without its change.
      const entries = await store.listOutbox();
      const accounts = await store.listAccounts({ ...firstPage, limit: 10_000 });
      expect(new Set(entries.map(({ eventId }) => eventId))).toEqual(
        new Set(accounts.map(({ accountId }) => accountId)),
      );
      await store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(1_000);
  },
);
