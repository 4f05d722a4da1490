// @ts-check
/** The programs that some tests compare Keyhaven with; those tests skip without them. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** @type {readonly { name: string, debian: string, probe: readonly [string, ...string[]] }[]} */
const tools = [
  { name: "openssl", debian: "openssl", probe: ["openssl", "version"] },
  { name: "python3", debian: "python3", probe: ["python3", "--version"] },
  { name: "boto3", debian: "python3-boto3", probe: ["python3", "-c", "import boto3"] },
  { name: "SoftHSM", debian: "softhsm2", probe: ["softhsm2-util", "--version"] },
  { name: "pkcs11-tool", debian: "opensc", probe: ["opensc-tool", "--version"] },
  { name: "aws", debian: "awscli", probe: ["aws", "--version"] },
];

const aptOptions = [
  "-qq",
  "-o",
  "Acquire::http::Timeout=20",
  "-o",
  "Acquire::Retries=1",
  "-o",
  "DPkg::Lock::Timeout=60",
];

/**
 * Installs what is missing where that can be done without asking: on Debian and its
 * kin, as root. Says what is missing in the end; never fails.
 * @param {(line: string) => void} say
 */
export function provideTestTools(say) {
  const missing = tools.filter(isMissing);
  if (missing.length > 0 && canInstall()) installFromDebian(missing, say);
  for (const { name } of missing.filter(isMissing)) {
    say(`Skipping the tests that need ${name}: it is not installed.`);
  }
}

/** @param {{ probe: readonly [string, ...string[]] }} tool */
function isMissing({ probe: [program, ...args] }) {
  return spawnSync(program, args, { stdio: "ignore", timeout: 60_000 }).status !== 0;
}

function canInstall() {
  return existsSync("/etc/debian_version") && process.getuid?.() === 0;
}

/**
 * @param {readonly { debian: string }[]} missing
 * @param {(line: string) => void} say
 */
function installFromDebian(missing, say) {
  say(`Installing ${missing.map(({ debian }) => debian).join(", ")} (apt-get) …`);
  if (!missing.every(isOffered)) apt(["update"]);
  const offered = missing.filter(isOffered).map(({ debian }) => debian);
  if (offered.length > 0) apt(["install", "--yes", "--no-install-recommends", ...offered]);
}

/** @param {{ debian: string }} tool */
function isOffered({ debian }) {
  const answer = spawnSync("apt-cache", ["policy", debian], { encoding: "utf8", timeout: 60_000 });
  return /Candidate: (?!\(none\))/.test(answer.stdout ?? "");
}

/** @param {readonly string[]} args */
function apt(args) {
  spawnSync("apt-get", [...aptOptions, ...args], {
    stdio: "ignore",
    timeout: 5 * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}
