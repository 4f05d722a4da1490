/**
 * What a proxy answered, read strictly: a proxy is somebody else's program, and whatever
 * is not as the XKS proxy API has it cannot be relied on.
 */
import { decodeBase64 } from "../lib/base64.ts";
import {
  type ExternalCiphertext,
  type ExternalKeyMetadata,
  type XksErrorName,
  xksErrorNames,
  type XksFailed,
} from "../service/external-keys.ts";

/** A response as it came in, within the limits. */
export interface ProxyResponse {
  readonly status: number;
  readonly body: string;
}

/** The members of a JSON object, of which nothing is known yet. */
export type Members = Readonly<Record<string, unknown>>;

const uninterpretable: XksFailed = { failed: "uninterpretable" };
const knownErrors: ReadonlySet<string> = new Set(xksErrorNames);

/** The members of a successful response, or the error the proxy named. */
export function readResponse({ status, body }: ProxyResponse): { members: Members } | XksFailed {
  const members = parseObject(body);
  if (members === undefined) return uninterpretable;
  if (status === 200) return { members };
  const { errorName } = members;
  const named = status >= 400 && typeof errorName === "string" && knownErrors.has(errorName);
  return named ? { failed: errorName as XksErrorName } : uninterpretable;
}

function parseObject(body: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Health (GetHealthStatus): at least one key manager has to be up. */
export function readHealth({ ekmFleetDetails: fleet }: Members): { healthy: true } | XksFailed {
  if (!Array.isArray(fleet) || fleet.length === 0) return uninterpretable;
  const states = fleet.map((details: unknown) =>
    isObject(details) ? details["healthStatus"] : undefined,
  );
  const known: readonly unknown[] = ["ACTIVE", "DEGRADED", "UNAVAILABLE"];
  if (!states.every((state) => known.includes(state))) return uninterpretable;
  return states.every((state) => state === "UNAVAILABLE")
    ? { failed: "unhealthy" }
    : { healthy: true };
}

const longestWord = 64;

/** Metadata (GetKeyMetadata). Which of the values will do is for the caller to say. */
export function readMetadata(members: Members): ExternalKeyMetadata | XksFailed {
  const { keySpec, keyUsage, keyStatus } = members;
  if (!isWord(keySpec) || !isWord(keyStatus)) return uninterpretable;
  if (!Array.isArray(keyUsage) || keyUsage.length > 16) return uninterpretable;
  return keyUsage.every(isWord) ? { keySpec, keyUsage, keyStatus } : uninterpretable;
}

/** They come back in our messages, so they are words. */
function isWord(value: unknown): value is string {
  return typeof value === "string" && value.length <= longestWord && /^\w+$/.test(value);
}

const tagBytes = 16;
const vectorBytes = { min: 12, max: 16 };
/** What our ciphertext blob has room for. */
const maxMetadataBytes = 255;

/** Encrypt: AES-GCM makes a ciphertext exactly as long as the plaintext. */
export function readCiphertext(
  members: Members,
  plaintextBytes: number,
): ExternalCiphertext | XksFailed {
  const initializationVector = readBytes(members["initializationVector"]);
  const authenticationTag = readBytes(members["authenticationTag"]);
  const ciphertext = readBytes(members["ciphertext"]);
  const metadata = readBytes(members["ciphertextMetadata"] ?? "");
  if (!initializationVector || !authenticationTag || !ciphertext || !metadata) {
    return uninterpretable;
  }
  const fits =
    initializationVector.length >= vectorBytes.min &&
    initializationVector.length <= vectorBytes.max &&
    authenticationTag.length === tagBytes &&
    ciphertext.length === plaintextBytes &&
    metadata.length <= maxMetadataBytes;
  if (!fits) return uninterpretable;
  return { initializationVector, authenticationTag, metadata, ciphertext };
}

/** Decrypt: the plaintext is as long as the ciphertext. */
export function readPlaintext(
  members: Members,
  ciphertextBytes: number,
): { readonly plaintext: Uint8Array } | XksFailed {
  const plaintext = readBytes(members["plaintext"]);
  return plaintext?.length === ciphertextBytes ? { plaintext } : uninterpretable;
}

function readBytes(value: unknown): Buffer | undefined {
  return typeof value === "string" ? decodeBase64(Buffer.from(value, "utf8")) : undefined;
}
