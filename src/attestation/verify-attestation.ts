/** From an attestation document to a recipient whose identity is proven. */
import { type AttestationDocument, readAttestationDocument } from "./attestation-document.ts";
import { requireTrustedKey, type TrustedRoots } from "./certificate-chain.ts";
import { readSignedMessage } from "./cose-sign1.ts";
import { UnsoundDocument } from "./unsound-document.ts";

/** An enclave or instance that a trusted root vouches for. A value of this type exists only then. */
export interface AttestedRecipient {
  readonly moduleId: string;
  readonly platform: AttestationDocument["platform"];
  readonly pcrs: AttestationDocument["pcrs"];
  /** DER SubjectPublicKeyInfo of an RSA key that only the recipient can decrypt with. */
  readonly publicKey: Buffer;
}

/** How far a document's time may be from ours, as with signatures of requests. */
const freshnessMs = 5 * 60_000;

/** Throws UnsoundDocument unless the document is whole, fresh, and signed by whom a root vouches for. */
export function verifyAttestation(
  bytes: Uint8Array,
  roots: TrustedRoots,
  nowMs: number,
): AttestedRecipient {
  if (roots.length === 0) {
    throw new UnsoundDocument("no attestation root is configured, so no document can be trusted");
  }
  const message = readSignedMessage(bytes);
  const document = readAttestationDocument(message.payload);
  // What costs nothing comes first: each certificate is a signature to verify.
  if (Math.abs(nowMs - document.timestampMs) > freshnessMs) {
    throw new UnsoundDocument("it was not made within the last 5 minutes");
  }
  const signer = requireTrustedKey(document, roots, nowMs);
  if (!message.isSignedBy(signer)) throw new UnsoundDocument("its signature is wrong");
  return {
    moduleId: document.moduleId,
    platform: document.platform,
    pcrs: document.pcrs,
    publicKey: document.publicKey.export({ type: "spki", format: "der" }),
  };
}
