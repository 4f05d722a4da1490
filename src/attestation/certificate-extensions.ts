/** What a certificate says of its own use (RFC 5280, 4.2.1.3 and 4.2.1.9), which Node does not tell. */
import { contentOf, type DerElement, derElements } from "./der.ts";
import { UnsoundDocument } from "./unsound-document.ts";

export interface CertificateUse {
  /** How many certificates of issuers may come after it, before the one that issues none. */
  readonly pathLength: number;
  /** Whether its key may sign what is no certificate. */
  readonly signsDocuments: boolean;
}

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  extensions: 0xa3,
} as const;
const oids = { keyUsage: "551d0f", basicConstraints: "551d13" } as const;
const digitalSignature = 0x80;

/**
 * Reads the extensions of a certificate, DER. Throws UnsoundDocument for a critical one that
 * is not understood, name constraints for example: it would change what the certificate
 * means; and for one that comes twice.
 */
export function certificateUse(certificate: Buffer): CertificateUse {
  const extensions = extensionsOf(certificate);
  const constraints = extensions.get(oids.basicConstraints);
  const usage = extensions.get(oids.keyUsage);
  return {
    pathLength: constraints === undefined ? Infinity : pathLengthOf(constraints),
    signsDocuments: usage === undefined || canSign(usage),
  };
}

/** The extensions' values by the hexadecimal contents of their names. */
function extensionsOf(certificate: Buffer): ReadonlyMap<string, Buffer> {
  const [whole] = derElements(certificate);
  const [body] = derElements(contentOf(whole, tags.sequence));
  const members = derElements(contentOf(body, tags.sequence));
  const explicit = members.find(({ tag }) => tag === tags.extensions);
  const found = new Map<string, Buffer>();
  if (explicit === undefined) return found;
  const [list] = derElements(explicit.content);
  for (const extension of derElements(contentOf(list, tags.sequence))) {
    const { name, value } = readExtension(extension);
    if (found.has(name))
      throw new UnsoundDocument("one of its certificates has an extension twice");
    found.set(name, value);
  }
  return found;
}

function readExtension(extension: DerElement): { readonly name: string; readonly value: Buffer } {
  const parts = derElements(contentOf(extension, tags.sequence));
  const name = contentOf(parts[0], tags.oid).toString("hex");
  const isCritical = parts.length === 3 && contentOf(parts[1], tags.boolean)[0] !== 0;
  const isKnown = name === oids.keyUsage || name === oids.basicConstraints;
  if (isCritical && !isKnown) {
    throw new UnsoundDocument(
      "one of its certificates has a critical extension of unknown meaning",
    );
  }
  return { name, value: contentOf(parts.at(-1), tags.octetString) };
}

/** BasicConstraints: whether it issues certificates, then the length, either of which may be missing. */
function pathLengthOf(value: Buffer): number {
  const [constraints] = derElements(value);
  const length = derElements(contentOf(constraints, tags.sequence)).find(
    ({ tag }) => tag === tags.integer,
  );
  if (length === undefined) return Infinity;
  const [first = 0x80, ...rest] = length.content;
  if (first >= 0x80) throw new UnsoundDocument("one of its certificates has no sound path length");
  // No chain that is accepted here is as long as a second byte could say.
  return rest.length === 0 ? first : Infinity;
}

function canSign(value: Buffer): boolean {
  const [bits] = derElements(value);
  const [, first = 0] = contentOf(bits, tags.bitString);
  return (first & digitalSignature) !== 0;
}
