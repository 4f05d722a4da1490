/** Elliptic curve Diffie-Hellman on the NIST curves (NIST SP 800-56A, cofactor 1). */
import { createPublicKey, diffieHellman, type KeyObject } from "node:crypto";

const curves: ReadonlyMap<string, string> = new Map([
  ["ECC_NIST_P256", "prime256v1"],
  ["ECC_NIST_P384", "secp384r1"],
  ["ECC_NIST_P521", "secp521r1"],
]);

/**
 * The raw x coordinate, for the caller to wipe; computed on Node's thread pool, because
 * P-521 takes milliseconds. Nothing for a public key that is not on the key's own named
 * curve, in exactly the encoding RFC 5480 gives it: OpenSSL would also take curves spelled
 * out by their parameters.
 */
export async function agree(
  keySpec: string,
  publicKey: Buffer,
  key: KeyObject,
): Promise<Buffer | undefined> {
  const peer = readPeer(keySpec, publicKey);
  if (peer === undefined) return undefined;
  return await new Promise<Buffer | undefined>((resolve) => {
    diffieHellman({ privateKey: key, publicKey: peer }, (error, secret) => {
      resolve(error === null ? secret : undefined);
    });
  });
}

function readPeer(keySpec: string, publicKey: Buffer): KeyObject | undefined {
  const curve = curves.get(keySpec);
  try {
    const peer = createPublicKey({ key: publicKey, type: "spki", format: "der" });
    if (curve === undefined || peer.asymmetricKeyDetails?.namedCurve !== curve) return undefined;
    return peer.export({ type: "spki", format: "der" }).equals(publicKey) ? peer : undefined;
  } catch {
    return undefined;
  }
}
