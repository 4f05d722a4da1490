/** The roots of attestation, from the file an operator names. */
import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { pemCertificates } from "../lib/pem.ts";
import { hasP384Key, isIssuedBy, type TrustedRoots } from "./certificate-chain.ts";

const longestFileBytes = 64 * 1024;

/**
 * Reads the certificates of a PEM file. Throws an error whose message an operator
 * understands when there are none, or one is not a P-384 certificate that issued itself.
 */
export function readTrustedRoots(file: string): TrustedRoots {
  const roots = pemCertificates(textOf(file)).map((pem) => readRoot(pem, file));
  if (roots.length === 0) throw unusable(file, "it holds no certificate in PEM");
  return roots;
}

function textOf(file: string): string {
  try {
    if (statSync(file).size > longestFileBytes) throw new Error("it is larger than 64 KiB");
    return readFileSync(file, "latin1");
  } catch (error) {
    throw unusable(file, error instanceof Error ? error.message : String(error));
  }
}

function readRoot(pem: string, file: string): X509Certificate {
  const root = parse(pem, file);
  if (!hasP384Key(root)) throw unusable(file, "a certificate's key is not of the curve P-384");
  if (!isIssuedBy(root, root)) throw unusable(file, "a certificate is not one of a root");
  return root;
}

function parse(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw unusable(file, "a certificate cannot be read");
  }
}

function unusable(file: string, why: string): Error {
  return new Error(`The attestation root ${file} cannot be used: ${why}.`);
}
