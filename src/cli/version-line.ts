import { readFileSync } from "node:fs";

/** The version of Keyhaven, and of what its cryptography comes from. */
export function versionLine(): string {
  const { node, openssl } = process.versions;
  return `keyhaven ${packageVersion()} (Node ${node}, OpenSSL ${openssl})`;
}

function packageVersion(): string {
  // The same number of folders up from src/ and from dist/.
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
