/**
 * Elliptic curve Diffie-Hellman on the curve of SM2 (NIST SP 800-56A, cofactor 1). OpenSSL
 * has none for keys of its type SM2, so its functions for points do it.
 */
import type { KeyObject } from "node:crypto";
import { newSecret } from "../secret-bytes.ts";
import { call, type OpenSsl, type Pointer } from "./openssl.ts";

const coordinateBytes = 32;
const pointBytes = 65;
/** SubjectPublicKeyInfo up to the uncompressed point (RFC 5480). */
const publicHead = Buffer.from("3059301306072a8648ce3d020106082a811ccf5501822d034200", "hex");
/** PKCS#8 up to the scalar, as OpenSSL writes it: with the public key behind, and without. */
const privateHeads = [
  "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420",
  "3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420",
].map((head) => Buffer.from(head, "hex"));

/**
 * The raw x coordinate, for the caller to wipe. Nothing for what is not exactly the
 * encoding of a point on the curve.
 */
export async function agreeSm2(
  openSsl: OpenSsl,
  publicKey: Buffer,
  key: KeyObject,
): Promise<Buffer | undefined> {
  const point = publicKey.subarray(publicHead.length);
  const isHeaded = publicKey.subarray(0, publicHead.length).equals(publicHead);
  if (!isHeaded || point.length !== pointBytes || point[0] !== 0x04) return undefined;
  const own = curveKeyOf(openSsl, key);
  try {
    return await agree(openSsl, point, own);
  } finally {
    // OpenSSL wipes a private key as it frees it.
    openSsl.freeCurveKey(own);
  }
}

async function agree(openSsl: OpenSsl, point: Buffer, own: Pointer): Promise<Buffer | undefined> {
  const curve = openSsl.curveOf(own);
  const peer = openSsl.newPoint(curve);
  if (peer === null) throw new Error("OpenSSL has no memory for a point");
  const shared = newSecret(coordinateBytes);
  try {
    // Refuses what is not on the curve.
    if (openSsl.readPoint(curve, peer, point, point.length, null) !== 1) return undefined;
    const length = await call(openSsl.computeSecret, shared, shared.length, peer, own, null);
    if (length === coordinateBytes) return shared;
  } finally {
    openSsl.freePoint(peer);
  }
  shared.fill(0);
  return undefined;
}

function curveKeyOf(openSsl: OpenSsl, key: KeyObject): Pointer {
  const own = openSsl.newCurveKey(openSsl.curveNamed("SM2"));
  if (own === null) throw new Error("this OpenSSL has no curve SM2");
  const der = key.export({ type: "pkcs8", format: "der" });
  try {
    const scalar = scalarIn(der);
    if (openSsl.readScalar(own, scalar, scalar.length) === 1) return own;
  } finally {
    der.fill(0);
  }
  openSsl.freeCurveKey(own);
  throw new Error("OpenSSL cannot read a scalar that it wrote");
}

/** A view of the bytes. */
function scalarIn(der: Buffer): Buffer {
  const head = privateHeads.find((one) => der.subarray(0, one.length).equals(one));
  if (head === undefined) throw new Error("an SM2 key is not in the form that OpenSSL writes");
  return der.subarray(head.length, head.length + coordinateBytes);
}
