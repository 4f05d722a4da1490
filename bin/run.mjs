#!/usr/bin/env node
// @ts-check
/**
 * Begins everything in a checkout: npm start, npm test and the others. Plain JavaScript
 * that needs nothing but Node 20 or newer: it installs and builds what is not there yet
 * and goes on under the Node that Keyhaven needs.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { commands } from "./run/commands.mjs";

// import.meta.dirname came with Node 20.11.
const root = path.resolve(fileURLToPath(import.meta.url), "../..");
const [name = "", ...args] = process.argv.slice(2);

/** @param {string} line */
function say(line) {
  process.stderr.write(`keyhaven: ${line}\n`);
}

const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  say(`Usage: node bin/run.mjs ${Object.keys(commands).join("|")} [arguments]`);
  process.exit(2);
}
try {
  process.exitCode = await command({ root, args, say });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
