/** Elliptic curve Diffie-Hellman on the NIST curves (NIST SP 800-56A, cofactor 1). */
import { createPublicKey, diffieHellman, type KeyObject } from "node:crypto";

const curves: Readonly<Record<string, string>> = {
  ECC_NIST_P256: "prime256v1",
  ECC_NIST_P384: "secp384r1",
  ECC_NIST_P521: "secp521r1",
};

/**
 * The raw x coordinate, for the caller to wipe. Nothing for a public key that is not on
 * the key's own named curve, in exactly the encoding RFC 5480 gives it: OpenSSL would also
 * take curves spelled out by their parameters.
 */
export function agree(keySpec: string, publicKey: Buffer, key: KeyObject): Buffer | undefined {
  try {
    const peer = createPublicKey({ key: publicKey, type: "spki", format: "der" });
    if (peer.asymmetricKeyDetails?.namedCurve !== curves[keySpec]) return undefined;
    if (!peer.export({ type: "spki", format: "der" }).equals(publicKey)) return undefined;
    return diffieHellman({ privateKey: key, publicKey: peer });
  } catch {
    return undefined;
  }
}
