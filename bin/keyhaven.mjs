#!/usr/bin/env node
// @ts-check
/**
 * The keyhaven command. Plain JavaScript that any Node since 20 reads: it finds a Node
 * that Keyhaven runs on, or says in one line what to do.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isNewEnough, needsNewerNode, findPinnedNode } from "./run/node.mjs";
import { run } from "./run/process.mjs";

// import.meta.dirname came with Node 20.11.
const file = fileURLToPath(import.meta.url);
const root = path.resolve(file, "../..");
const main = path.join(root, "dist/cli/main.js");

/** @param {string} line */
function refuse(line) {
  process.stderr.write(`keyhaven: ${line}\n`);
  process.exit(1);
}

if (!existsSync(main)) {
  refuse(`It is not built yet. In ${root}, run: npm run build`);
} else if (isNewEnough(process.versions.node)) {
  await import(pathToFileURL(main).href);
} else {
  const pinned = findPinnedNode(root);
  if (pinned === undefined) refuse(needsNewerNode());
  else process.exitCode = await run(pinned, [file, ...process.argv.slice(2)]);
}
