/**
 * What an attestation document of a Nitro enclave or a NitroTPM says, as its authors
 * describe it (AWS, "Attestation process" of the Nitro Enclaves NSM API). Nothing of it
 * is proven here but that it is well-formed.
 */
import { constants, createPublicKey, type KeyObject, publicEncrypt } from "node:crypto";
import { type CborMap, type CborValue, readCbor } from "./cbor.ts";
import { UnsoundDocument } from "./unsound-document.ts";

export interface AttestationDocument {
  /** What made the document: the enclave's, or the instance's, own name. */
  readonly moduleId: string;
  readonly timestampMs: number;
  /** Which of the two members holds the platform configuration registers. */
  readonly platform: "nitroEnclave" | "nitroTpm";
  /** By number, 0 to 31. */
  readonly pcrs: ReadonlyMap<number, Buffer>;
  readonly certificate: Buffer;
  readonly cabundle: readonly Buffer[];
  /** RSA of 2048 to 4096 bits. */
  readonly publicKey: KeyObject;
}

const maxModuleIdCharacters = 256;
const maxCertificateBytes = 1024;
const maxPublicKeyBytes = 1024;
const maxCertificates = 8;
const maxPcr = 31;
const pcrBytes: ReadonlySet<number> = new Set([32, 48, 64]);

/** Reads a document. Throws UnsoundDocument when it is not one, or names no key to encrypt to. */
export function readAttestationDocument(payload: Uint8Array): AttestationDocument {
  const members = readCbor(payload);
  if (!(members instanceof Map)) throw malformed("payload");
  const map: CborMap = members;
  if (map.get("digest") !== "SHA384") throw malformed("digest");
  const pcrs = presentOf(map, "pcrs");
  return {
    moduleId: moduleIdOf(map),
    timestampMs: timestampOf(map),
    platform: pcrs === undefined ? "nitroTpm" : "nitroEnclave",
    pcrs: pcrsOf(pcrs ?? presentOf(map, "nitrotpm_pcrs")),
    certificate: bytesOf(map.get("certificate"), "certificate", maxCertificateBytes),
    cabundle: cabundleOf(map),
    publicKey: publicKeyOf(map),
  };
}

function moduleIdOf(map: CborMap): string {
  const value = map.get("module_id");
  if (typeof value === "string" && value !== "" && value.length <= maxModuleIdCharacters) {
    return value;
  }
  throw malformed("module_id");
}

function timestampOf(map: CborMap): number {
  const value = map.get("timestamp");
  if (typeof value === "number" && value > 0) return value;
  throw malformed("timestamp");
}

function pcrsOf(value: CborValue | undefined): ReadonlyMap<number, Buffer> {
  if (!(value instanceof Map) || value.size === 0) throw malformed("pcrs");
  const pcrs = new Map<number, Buffer>();
  for (const [index, pcr] of value as CborMap) {
    if (typeof index !== "number" || index < 0 || index > maxPcr) throw malformed("pcrs");
    if (!Buffer.isBuffer(pcr) || !pcrBytes.has(pcr.length)) throw malformed("pcrs");
    pcrs.set(index, pcr);
  }
  return pcrs;
}

function cabundleOf(map: CborMap): readonly Buffer[] {
  const value = map.get("cabundle");
  if (!Array.isArray(value) || value.length === 0 || value.length > maxCertificates) {
    throw malformed("cabundle");
  }
  return value.map((each: CborValue) => bytesOf(each, "cabundle", maxCertificateBytes));
}

function publicKeyOf(map: CborMap): KeyObject {
  const value = presentOf(map, "public_key");
  if (value === undefined) throw new UnsoundDocument("it has no public key");
  const key = readSpki(bytesOf(value, "public_key", maxPublicKeyBytes));
  const modulusBits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  const fits = modulusBits >= 2048 && modulusBits <= 4096;
  if (key?.asymmetricKeyType === "rsa" && fits && canEncrypt(key)) return key;
  throw new UnsoundDocument("its public key is not an RSA key of 2048 to 4096 bits");
}

/** There are numbers that look like an RSA key and that RSA cannot work with: even ones, huge exponents. */
function canEncrypt(key: KeyObject): boolean {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  try {
    publicEncrypt({ key, padding, oaepHash: "sha256" }, Buffer.alloc(32));
    return true;
  } catch {
    return false;
  }
}

function readSpki(key: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

/** A member that has no value may be null or missing. */
function presentOf(map: CborMap, name: string): CborValue | undefined {
  return map.get(name) ?? undefined;
}

function bytesOf(value: CborValue | undefined, name: string, maximum: number): Buffer {
  if (Buffer.isBuffer(value) && value.length > 0 && value.length <= maximum) return value;
  throw malformed(name);
}

function malformed(name: string): UnsoundDocument {
  return new UnsoundDocument(`its ${name} is missing or malformed`);
}
