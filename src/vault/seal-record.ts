/** What seal.json says: which root key this is, and the slots that each can open it. */
import { CannotOpen } from "./cannot-open.ts";

const format = "keyhaven-seal";
const version = 1;
const maximumSlots = 16;

/** The root key, sealed under a key derived from the key file. */
export interface KeyFileSlot {
  readonly provider: "key-file";
  readonly salt: Buffer;
  readonly sealedRootKey: Buffer;
}

export interface SealRecord {
  readonly instanceId: string;
  readonly rootKeyId: string;
  /** Tells whether what a slot gave is the root key that this record is about. */
  readonly commitment: Buffer;
  /** Those this version knows how to open; any one of them does. */
  readonly slots: readonly KeyFileSlot[];
}

export function encodeSealRecord(record: SealRecord): Buffer {
  const slots = record.slots.map(({ provider, salt, sealedRootKey }) => ({
    provider,
    salt: salt.toString("hex"),
    sealedRootKey: sealedRootKey.toString("hex"),
  }));
  const { instanceId, rootKeyId, commitment } = record;
  const members = {
    format,
    version,
    instanceId,
    rootKeyId,
    commitment: commitment.toString("hex"),
    slots,
  };
  return Buffer.from(`${JSON.stringify(members, null, 2)}\n`);
}

/** Throws CannotOpen when this is not a record that this version can read. */
export function decodeSealRecord(bytes: Buffer, file: string): SealRecord {
  const members = parseObject(bytes.toString("utf8"), file);
  if (members["format"] !== format || members["version"] !== version) {
    throw new CannotOpen(`${file} is not a seal record of version ${version}`);
  }
  return {
    instanceId: uuid(members["instanceId"], file),
    rootKeyId: uuid(members["rootKeyId"], file),
    commitment: hex(members["commitment"], 32, file),
    slots: decodeSlots(members["slots"], file),
  };
}

type Members = Readonly<Record<string, unknown>>;

function parseObject(text: string, file: string): Members {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // The one thing to say about it is said below.
  }
  throw damaged(file);
}

function decodeSlots(value: unknown, file: string): readonly KeyFileSlot[] {
  if (!Array.isArray(value) || value.length > maximumSlots) throw damaged(file);
  return value.flatMap((slot: unknown) => {
    if (!isObject(slot)) throw damaged(file);
    // A slot of another provider may have been added by a later version.
    if (slot["provider"] !== "key-file") return [];
    const salt = hex(slot["salt"], 32, file);
    return [{ provider: "key-file", salt, sealedRootKey: hex(slot["sealedRootKey"], 108, file) }];
  });
}

function hex(value: unknown, lengthBytes: number, file: string): Buffer {
  const isHex = typeof value === "string" && /^[0-9a-f]*$/.test(value);
  if (!isHex || value.length !== 2 * lengthBytes) throw damaged(file);
  return Buffer.from(value, "hex");
}

function uuid(value: unknown, file: string): string {
  const pattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  if (typeof value !== "string" || !pattern.test(value)) throw damaged(file);
  return value;
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(file: string): CannotOpen {
  return new CannotOpen(`${file} is damaged: restore it from a backup`);
}
