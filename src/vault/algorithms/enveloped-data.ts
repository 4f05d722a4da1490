/**
 * CMS EnvelopedData (RFC 5652) for one recipient: the content under AES-256-CBC, its key
 * under RSAES-OAEP with SHA-256 (RFC 3560). It is what AWS KMS hands to attested
 * recipients. It authenticates nobody: only the channel says whom it comes from.
 */
import {
  createCipheriv,
  createPublicKey,
  createSecretKey,
  hash,
  type KeyObject,
  randomBytes,
  randomFillSync,
} from "node:crypto";
import { newSecret } from "../secret-bytes.ts";
import {
  derExplicit,
  derImplicitOctets,
  derInteger,
  derNull,
  derOctets,
  derOid,
  derSequence,
  derSet,
} from "./der.ts";
import { encryptOaep } from "./rsa-encryption.ts";

const oids = {
  data: derOid("2a864886f70d010701"),
  envelopedData: derOid("2a864886f70d010703"),
  rsaesOaep: derOid("2a864886f70d010107"),
  mgf1: derOid("2a864886f70d010108"),
  sha256: derOid("608648016503040201"),
  aes256Cbc: derOid("60864801650304012a"),
};

const sha256 = derSequence(oids.sha256, derNull);
/** RFC 4055, section 4.1. */
const oaepSha256 = derSequence(
  oids.rsaesOaep,
  derSequence(derExplicit(0, sha256), derExplicit(1, derSequence(oids.mgf1, sha256))),
);

/** RecipientInfo names its recipient by subject key identifier, and so both versions are 2. */
const version = derInteger(2);
const ivBytes = 16;
const contentKeyBytes = 32;
const smallestModulusBits = 2048;
const largestModulusBits = 4096;

/** The key of a recipient, from DER SubjectPublicKeyInfo; nothing unless it is RSA of 2048 to 4096 bits. */
export function readRecipientKey(spki: Uint8Array): KeyObject | undefined {
  const key = parse(spki);
  const modulusBits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  const fits = modulusBits >= smallestModulusBits && modulusBits <= largestModulusBits;
  return key?.asymmetricKeyType === "rsa" && fits ? key : undefined;
}

/**
 * The content in an envelope that the recipient alone can open: DER ContentInfo. Nothing
 * when the recipient's key is a number that RSA cannot work with.
 */
export function envelopeFor(recipient: KeyObject, content: Uint8Array): Buffer | undefined {
  const contentKey = randomFillSync(newSecret(contentKeyBytes));
  try {
    const encryptedKey = encryptOaep("RSAES_OAEP_SHA_256", contentKey, recipient);
    if (encryptedKey === undefined) return undefined;
    return contentInfo(
      keyTransRecipientInfo(recipient, encryptedKey),
      encryptedContentInfo(contentKey, content),
    );
  } finally {
    contentKey.fill(0);
  }
}

function contentInfo(recipientInfo: Buffer, encryptedContent: Buffer): Buffer {
  const envelopedData = derSequence(version, derSet(recipientInfo), encryptedContent);
  return derSequence(oids.envelopedData, derExplicit(0, envelopedData));
}

function keyTransRecipientInfo(key: KeyObject, encryptedKey: Buffer): Buffer {
  return derSequence(
    version,
    derImplicitOctets(0, subjectKeyIdentifier(key)),
    oaepSha256,
    derOctets(encryptedKey),
  );
}

/** RFC 5280, section 4.2.1.2, method 1. */
function subjectKeyIdentifier(key: KeyObject): Buffer {
  return hash("sha1", key.export({ type: "pkcs1", format: "der" }), "buffer");
}

function encryptedContentInfo(contentKey: Buffer, content: Uint8Array): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-cbc", createSecretKey(contentKey), iv);
  const encrypted = Buffer.concat([cipher.update(content), cipher.final()]);
  const algorithm = derSequence(oids.aes256Cbc, derOctets(iv));
  return derSequence(oids.data, algorithm, derImplicitOctets(0, encrypted));
}

function parse(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
