/** The file that holds the first credentials until their owner has taken them. */
import { open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { syncDirectory } from "../lib/directories.ts";
import { allocateSecret, wipe } from "../lib/wipe.ts";

export interface Credentials {
  readonly accountId: string;
  readonly accessKeyId: string;
  /** ASCII. */
  readonly secretAccessKey: Uint8Array;
  readonly region: string;
}

/**
 * Writes the credentials as JSON to a file for its owner only. When it resolves the whole
 * file is on disk under its name; before that, what stood there is untouched.
 */
export async function writeCredentialsFile(file: string, credentials: Credentials): Promise<void> {
  const temporary = `${file}.tmp`;
  const content = compose(credentials);
  try {
    // What a crash left behind may be readable by others or hold another secret.
    await rm(temporary, { force: true });
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncDirectory(path.dirname(file));
  } finally {
    wipe(content);
  }
}

/** The secret goes from bytes to bytes: a string of it could not be wiped. */
function compose({ accountId, accessKeyId, secretAccessKey, region }: Credentials): Buffer {
  const quotable = secretAccessKey.every(
    (byte) => byte > 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c,
  );
  if (!quotable) throw new Error("a secret access key is made of plain characters");
  const before = Buffer.from(
    `{\n  "accountId": ${JSON.stringify(accountId)},\n` +
      `  "accessKeyId": ${JSON.stringify(accessKeyId)},\n  "secretAccessKey": "`,
  );
  const after = Buffer.from(`",\n  "region": ${JSON.stringify(region)}\n}\n`);
  const content = allocateSecret(before.length + secretAccessKey.length + after.length);
  content.set(before);
  content.set(secretAccessKey, before.length);
  content.set(after, before.length + secretAccessKey.length);
  return content;
}
