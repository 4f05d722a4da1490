// @ts-check
/** Remembers for which inputs a step was done, so that it is not done again for the same. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * The files below a folder, in a fixed order.
 * @param {string} root
 * @param {string} folder relative to root
 * @param {(name: string) => boolean} isInput
 * @returns {string[]} relative to root
 */
export function listFiles(root, folder, isInput) {
  const names = readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .map((name) => path.join(folder, name))
    .filter(isInput)
    .toSorted();
}

/**
 * A digest of the names and contents of files. Contents, not times: a checkout touches
 * files without changing them, and a copied tree keeps old times on new contents.
 * @param {string} root
 * @param {readonly string[]} files relative to root
 * @param {readonly string[]} [facts] what else the result depends on
 */
export function digestOf(root, files, facts = []) {
  const hash = createHash("sha256");
  for (const fact of facts) hash.update(`${fact}\0`);
  for (const file of files) {
    const content = readFileSync(path.join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * Whether a stamp says that a step was done for these inputs.
 * @param {string} file
 * @param {string} digest
 */
export function isStamped(file, digest) {
  try {
    return readFileSync(file, "utf8") === digest;
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @param {string} digest
 */
export function stamp(file, digest) {
  writeFileSync(file, digest);
}
