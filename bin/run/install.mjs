// @ts-check
/** Makes node_modules what package-lock.json says. npx finds the command in a checkout by itself. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { run } from "./process.mjs";
import { digestOf, isStamped, stamp } from "./stamp.mjs";

/** @param {string} root */
const stampOf = (root) => path.join(root, "node_modules/.keyhaven-installed");

/** @param {string} root */
function digest(root) {
  return digestOf(root, ["package-lock.json"], [process.platform, process.arch]);
}

/**
 * Whether nothing has to be done.
 * @param {string} root
 */
export function isInstalled(root) {
  return isStamped(stampOf(root), digest(root));
}

/**
 * Installs what package-lock.json says, unless it is there already.
 * @param {string} root
 * @param {(line: string) => void} say
 */
export async function install(root, say) {
  if (!agreesWithLock(root)) {
    say("Installing packages (npm ci) …");
    const code = await runNpm(root);
    if (code !== 0) throw new Error(`npm ci failed with exit code ${code}.`);
  }
  stamp(stampOf(root), digest(root));
}

/**
 * Whether node_modules holds the packages that package-lock.json names, so that what a
 * developer installed by hand need not be installed again. npm writes down what it
 * installed once it is done; an interrupted installation leaves nothing or something else.
 * @param {string} root
 */
export function agreesWithLock(root) {
  const wanted = readPackages(path.join(root, "package-lock.json"));
  const present = readPackages(path.join(root, "node_modules/.package-lock.json"));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([name, entry]) => {
    const found = present[name];
    // Optional packages for other systems are left out.
    if (found === undefined) return name === "" || (entry.optional === true && !isForUs(entry));
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean,
 *   os?: string[], cpu?: string[], libc?: string[] }} LockedPackage
 */

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * Only what decides whether we can run at all is looked at: npm also leaves out optional
 * packages that nothing on this system asks for.
 * @param {LockedPackage} entry
 */
function isForUs(entry) {
  return (
    (entry.os?.includes(process.platform) ?? false) &&
    (entry.cpu?.includes(process.arch) ?? false) &&
    entry.libc === undefined
  );
}

/**
 * What is needed to build is installed whatever NODE_ENV and the user's npm settings say.
 * @param {string} root
 */
async function runNpm(root) {
  const args = ["ci", "--loglevel=error", "--include=dev", "--include=optional"];
  const cli = process.env["npm_execpath"];
  // npm's own words on standard output are not ours.
  /** @type {import("node:child_process").SpawnOptions} */
  const options = { cwd: root, stdio: ["ignore", "ignore", "inherit"] };
  return cli?.endsWith(".js") === true
    ? await run(process.execPath, [cli, ...args], options)
    : await run("npm", args, options);
}
