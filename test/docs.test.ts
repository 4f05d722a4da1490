import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { operationsPage } from "../tools/operations-page.ts";

const root = path.resolve(import.meta.dirname, "..");

test("docs/operations.md is what tools/operations-page.ts makes of the operations table", () => {
  const page = readFileSync(path.join(root, "docs/operations.md"), "utf8");
  expect(page).toBe(operationsPage());
});

test("every dependency has its line in docs/dependencies.md", () => {
  const page = readFileSync(path.join(root, "docs/dependencies.md"), "utf8");
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Record<
    string,
    Record<string, string> | undefined
  >;
  const kinds = ["dependencies", "devDependencies", "optionalDependencies"];
  const names = kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
  const missing = names.filter((name) => !page.includes(`\`${name}\``));
  expect(names.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});
