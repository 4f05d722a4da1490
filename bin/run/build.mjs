// @ts-check
/** Makes dist/ what the sources say. */
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { chooseNode } from "./node.mjs";
import { run } from "./process.mjs";
import { digestOf, isStamped, listFiles, stamp } from "./stamp.mjs";

/** @param {string} root */
const stampOf = (root) => path.join(root, "dist/.keyhaven-built");

/**
 * What the build depends on. Tests are no part of it: they run from their sources.
 * @param {string} root
 */
function digest(root) {
  const sources = listFiles(root, "src", isSource);
  return digestOf(root, ["package-lock.json", "tsconfig.base.json", ...sources]);
}

/** @param {string} name */
function isSource(name) {
  return (name.endsWith(".ts") && !name.endsWith(".test.ts")) || name.endsWith("tsconfig.json");
}

/**
 * Whether nothing has to be done.
 * @param {string} root
 */
export function isBuilt(root) {
  const outputs = ["dist/main.js", "dist/cli/main.js", "dist/vault/main.js"];
  return (
    outputs.every((name) => existsSync(path.join(root, name))) &&
    isStamped(stampOf(root), digest(root))
  );
}

/**
 * Builds the service, the vault and what is between them. Throws when the compiler
 * finds fault; it has said with what.
 * @param {string} root
 * @param {(line: string) => void} say
 */
export async function build(root, say) {
  say("Building (tsc -b) …");
  // Before the build: what changes meanwhile is built again the next time.
  const built = digest(root);
  const compiler = path.join(root, "node_modules/typescript/bin/tsc");
  // Complaints of the compiler are not output of the server.
  const code = await run(chooseNode(root), [compiler, "-b", "src/vault", "src"], {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  if (code !== 0) throw new Error("The build failed.");
  mkdirSync(path.join(root, "dist"), { recursive: true });
  stamp(stampOf(root), built);
}
