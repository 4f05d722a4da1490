/** COSE_Sign1 (RFC 9052, section 4.2) as attestation documents use it: ES384, the payload inside. */
import { type KeyObject, verify } from "node:crypto";
import { type CborValue, readCbor } from "./cbor.ts";
import { UnsoundDocument } from "./unsound-document.ts";

/** The tag that may stand before a COSE_Sign1 structure, as one byte of CBOR. */
const sign1Tag = 0xd2;
/** Header parameter "alg" (RFC 9052, 3.1) and the algorithm ES384 (RFC 9053, 2.1). */
const algorithmParameter = 1;
const es384 = -35;
/** Two numbers of the size of the curve's order. */
const signatureBytes = 96;
const maxPayloadBytes = 16_384;

/** A signed message whose signature nobody has looked at yet. */
export interface SignedMessage {
  readonly payload: Buffer;
  /** Whether the holder of this P-384 key signed the message. */
  isSignedBy(publicKey: KeyObject): boolean;
}

/** Takes a message apart. Throws UnsoundDocument unless it is COSE_Sign1 with ES384. */
export function readSignedMessage(bytes: Uint8Array): SignedMessage {
  const message = readCbor(bytes[0] === sign1Tag ? bytes.subarray(1) : bytes);
  const [protectedHeader, unprotectedHeader, payload, signature] = fourPartsOf(message);
  if (!Buffer.isBuffer(protectedHeader)) throw notSigned();
  if (!Buffer.isBuffer(payload) || !Buffer.isBuffer(signature)) throw notSigned();
  if (!(unprotectedHeader instanceof Map) || unprotectedHeader.size > 0) throw notSigned();
  requireEs384(protectedHeader);
  if (signature.length !== signatureBytes || payload.length > maxPayloadBytes) throw notSigned();
  return {
    payload,
    isSignedBy: (key) =>
      verify(
        "sha384",
        signatureStructure(protectedHeader, payload),
        { key, dsaEncoding: "ieee-p1363" },
        signature,
      ),
  };
}

function fourPartsOf(message: CborValue): readonly CborValue[] {
  if (!Array.isArray(message) || message.length !== 4) throw notSigned();
  return message as readonly CborValue[];
}

/** No parameter but the algorithm: one that is not understood could change what is signed. */
function requireEs384(protectedHeader: Buffer): void {
  const header = readCbor(protectedHeader);
  if (header instanceof Map && header.size === 1 && header.get(algorithmParameter) === es384)
    return;
  throw new UnsoundDocument("it is not signed with ES384");
}

/** The bytes under the signature: RFC 9052, section 4.4, without external data. */
function signatureStructure(protectedHeader: Buffer, payload: Buffer): Buffer {
  return Buffer.concat([
    Buffer.of(0x84, 0x6a),
    Buffer.from("Signature1", "latin1"),
    ...byteString(protectedHeader),
    ...byteString(Buffer.alloc(0)),
    ...byteString(payload),
  ]);
}

/** A byte string of up to 65,535 bytes in CBOR. */
function byteString(bytes: Buffer): readonly Buffer[] {
  const { length } = bytes;
  if (length < 24) return [Buffer.of(0x40 + length), bytes];
  if (length < 0x100) return [Buffer.of(0x58, length), bytes];
  return [Buffer.of(0x59, length >> 8, length & 0xff), bytes];
}

function notSigned(): UnsoundDocument {
  return new UnsoundDocument("it is not a COSE_Sign1 message");
}
