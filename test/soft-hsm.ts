/**
 * PKCS#11 tokens for tests: SoftHSM's, in a directory that is thrown away. Tests that need
 * them are skipped where it is not installed (Debian package softhsm2).
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Pkcs11Config } from "../src/launcher/server-config.ts";

const modulePath = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
].find((name) => existsSync(name));

export const hasSoftHsm = modulePath !== undefined;
if (!hasSoftHsm) process.stderr.write("Skipping tests with PKCS#11 tokens: no SoftHSM here.\n");

export const clusterId = "cluster-2345672abcd";
export const tokenLabel = "keyhaven test";
export const userPin = "user-pin-4711";

export interface SoftHsm {
  readonly config: Pkcs11Config;
  /** softhsm2-util, with the tokens of this test. */
  util(...words: readonly string[]): string;
  /** pkcs11-tool of OpenSC, logged in as the user; nothing where it is not installed. */
  tool(...words: readonly string[]): string | undefined;
  remove(): void;
}

/** One token with a user PIN. SoftHSM finds it by the environment of this process. */
export function softHsm(accountId = "111122223333"): SoftHsm {
  if (modulePath === undefined) throw new Error("SoftHSM is not installed");
  const directory = mkdtempSync(path.join(tmpdir(), "keyhaven-softhsm-"));
  mkdirSync(path.join(directory, "tokens"));
  const settings = path.join(directory, "softhsm2.conf");
  writeFileSync(settings, `directories.tokendir = ${path.join(directory, "tokens")}\n`);
  process.env["SOFTHSM2_CONF"] = settings;
  util(
    "--init-token",
    "--free",
    "--label",
    tokenLabel,
    "--pin",
    userPin,
    "--so-pin",
    "so-pin-0815",
  );
  return {
    config: { modulePath, clusters: [{ accountId, clusterId, tokenLabel }] },
    util,
    tool(...words) {
      const opened = ["--module", modulePath, "--token-label", tokenLabel, "--login"];
      return isInstalled("pkcs11-tool")
        ? run("pkcs11-tool", [...opened, "--pin", userPin, ...words])
        : undefined;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function util(...words: readonly string[]): string {
  return run("softhsm2-util", words);
}

function run(program: string, words: readonly string[]): string {
  return execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "")
    .split(":")
    .some((directory) => existsSync(path.join(directory, program)));
}
