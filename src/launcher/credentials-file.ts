import { readFileSync } from "node:fs";
import { allocateSecret, wipe } from "../lib/wipe.ts";

/** The credentials of the first account. The buffers are the caller's to wipe. */
export interface BootstrapCredentials {
  readonly accessKeyId: string;
  readonly region: string;
  /** ASCII. */
  readonly secretAccessKey: Buffer;
}

/**
 * Reads bootstrap-credentials.json. The secret access key is cut out of the bytes: it
 * never becomes a string, which nobody could wipe. Throws when the file is not there or
 * is not one that Keyhaven wrote.
 */
export function readCredentialsFile(file: string): BootstrapCredentials {
  const bytes = readFileSync(file);
  try {
    return {
      accessKeyId: valueOf(bytes, "accessKeyId").toString("latin1"),
      region: valueOf(bytes, "region").toString("latin1"),
      secretAccessKey: copyOf(valueOf(bytes, "secretAccessKey")),
    };
  } finally {
    wipe(bytes);
  }
}

/** A view of a member's text. None of the values has a character that JSON escapes. */
function valueOf(json: Buffer, member: string): Buffer {
  const name = json.indexOf(`"${member}"`);
  const colon = json.indexOf(":", name);
  const start = json.indexOf('"', colon) + 1;
  const end = json.indexOf('"', start);
  if (name < 0 || colon < 0 || start === 0 || end < 0) {
    throw new Error(`The credentials file has no ${member}.`);
  }
  return json.subarray(start, end);
}

function copyOf(view: Buffer): Buffer {
  const copy = allocateSecret(view.length);
  view.copy(copy);
  return copy;
}
