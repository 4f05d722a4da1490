/**
 * The chain from an attestation document's certificate to a root that the operator trusts
 * (RFC 5280, section 6, of which Node checks names, keys and signatures of each pair).
 */
import { type KeyObject, X509Certificate } from "node:crypto";
import { certificateUse } from "./certificate-extensions.ts";
import { UnsoundDocument } from "./unsound-document.ts";

/** The certificates of those whose word is taken for what an enclave is. */
export type TrustedRoots = readonly X509Certificate[];

export interface PresentedChain {
  /** The signer's own certificate, DER. */
  readonly certificate: Buffer;
  /** Those above it, DER, the root first. */
  readonly cabundle: readonly Buffer[];
}

/**
 * The public key of the chain's own certificate. Throws UnsoundDocument unless every
 * certificate is valid now and was issued by the one above it, and the first is one of
 * the roots itself, byte for byte.
 */
export function requireTrustedKey(
  { certificate, cabundle }: PresentedChain,
  roots: TrustedRoots,
  nowMs: number,
): KeyObject {
  const leaf = readCertificate(certificate);
  const above = cabundle.map(readCertificate);
  if (leaf.ca) throw new UnsoundDocument("its certificate is one that issues certificates");
  if (!isTrusted(above[0], roots)) {
    throw new UnsoundDocument("its certificates do not lead to a trusted root");
  }
  const chain = [...above, leaf];
  for (const [index, each] of chain.entries()) {
    requireValid(each, nowMs);
    if (!isIssuedBy(each, chain[index - 1] ?? each)) {
      throw new UnsoundDocument("its certificates do not form a chain");
    }
  }
  requireUses(chain);
  return leaf.publicKey;
}

/** The path lengths of those above, and that the leaf may sign a document. */
function requireUses(chain: readonly X509Certificate[]): void {
  const uses = chain.map(({ raw }) => certificateUse(raw));
  const isTooLong = uses
    .slice(0, -1)
    .some(({ pathLength }, index) => chain.length - 2 - index > pathLength);
  if (isTooLong) throw new UnsoundDocument("its chain of certificates is longer than one allows");
  if (uses.at(-1)?.signsDocuments === true) return;
  throw new UnsoundDocument("its certificate is not one to sign documents with");
}

function isTrusted(root: X509Certificate | undefined, roots: TrustedRoots): boolean {
  return root !== undefined && roots.some((trusted) => trusted.raw.equals(root.raw));
}

function requireValid({ validFromDate, validToDate }: X509Certificate, nowMs: number): void {
  if (validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime()) return;
  throw new UnsoundDocument("one of its certificates is not valid at this time");
}

/** Whether a certificate was issued by the holder of another, or of itself: a root. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Whether a certificate's key is of the curve that attestation documents are signed with. */
export function hasP384Key({ publicKey }: X509Certificate): boolean {
  return publicKey.asymmetricKeyDetails?.namedCurve === "secp384r1";
}

function readCertificate(der: Buffer): X509Certificate {
  const certificate = parse(der);
  // A reader that goes by the first certificate of several would take PEM, and what follows DER.
  if (certificate === undefined || !certificate.raw.equals(der)) {
    throw new UnsoundDocument("one of its certificates cannot be read");
  }
  if (!hasP384Key(certificate)) {
    throw new UnsoundDocument("one of its certificates has a key of another kind than P-384");
  }
  return certificate;
}

/** Node reads the public key late, and complains then of one that it does not know. */
function parse(der: Buffer): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(der);
    void certificate.publicKey;
    return certificate;
  } catch {
    return undefined;
  }
}
