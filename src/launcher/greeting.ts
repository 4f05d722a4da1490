/** What a server says once it is ready, on standard output. */
import { allocateSecret } from "../lib/wipe.ts";
import type { BootstrapCredentials } from "./credentials-file.ts";

/** Everything the greeting depends on. */
export interface Welcome {
  readonly url: string;
  readonly certPath?: string | undefined;
  /** Where the credentials are kept; nowhere in dev mode. */
  readonly credentialsPath: string | undefined;
  /** Shown when given: on the first start, and in dev mode. */
  readonly credentials?: BootstrapCredentials | undefined;
}

/**
 * The ready line and what to try next, in one buffer that the caller wipes: with
 * credentials, it holds the secret access key.
 */
export function greeting(welcome: Welcome): Buffer {
  const ready = `keyhaven ready ${welcome.url}\n`;
  const { credentials } = welcome;
  if (credentials === undefined) {
    return compose([
      ready,
      `Endpoint:    ${welcome.url}\n`,
      `Credentials: ${welcome.credentialsPath ?? "those you were given"}\n`,
    ]);
  }
  return compose([
    ready,
    "\nYour credentials",
    welcome.credentialsPath === undefined
      ? ""
      : ` (shown once, kept in ${welcome.credentialsPath})`,
    `:\n\n  export AWS_ACCESS_KEY_ID=${credentials.accessKeyId}\n`,
    "  export AWS_SECRET_ACCESS_KEY=",
    credentials.secretAccessKey,
    `\n  export AWS_DEFAULT_REGION=${credentials.region}\n`,
    welcome.certPath === undefined ? "" : certificateHint(welcome.certPath),
    "\nThree commands to try:\n\n",
    commandsToTry(welcome.url),
  ]);
}

function certificateHint(certPath: string): string {
  return `  # for a certificate you signed yourself: export AWS_CA_BUNDLE='${certPath}'\n`;
}

/**
 * A round trip for any POSIX shell. Blobs go through fileb://, the one form that means
 * the same to versions 1 and 2 of the AWS CLI.
 */
function commandsToTry(url: string): string {
  const kms = (operation: string): string => `aws kms ${operation} --endpoint-url ${url}`;
  return [
    `  KEY_ID=$(${kms("create-key")} --query KeyMetadata.KeyId --output text)`,
    `  BLOB=$(printf hello | ${kms("encrypt")} --key-id "$KEY_ID" \\`,
    "    --plaintext fileb:///dev/stdin --query CiphertextBlob --output text)",
    `  printf %s "$BLOB" | base64 --decode | ${kms("decrypt")} \\`,
    "    --ciphertext-blob fileb:///dev/stdin --query Plaintext --output text | base64 --decode",
    "",
  ].join("\n");
}

/** Joins without Buffer.concat, whose memory comes from a pool that others see. */
function compose(parts: readonly (string | Buffer)[]): Buffer {
  const length = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  const whole = allocateSecret(length);
  let at = 0;
  for (const part of parts) {
    at += typeof part === "string" ? whole.write(part, at) : part.copy(whole, at);
  }
  return whole;
}
