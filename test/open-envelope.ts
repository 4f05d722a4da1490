/** Opens CMS EnvelopedData (RFC 5652) as an enclave would, asking for the form that AWS KMS gives it. */
import { constants, createDecipheriv, type KeyObject, privateDecrypt } from "node:crypto";

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** AlgorithmIdentifier without its outermost header (RFC 4055, 4.1): both hashes are SHA-256. */
const oaepWithSha256 =
  "06092a864886f70d010107302fa00f300d06096086480165030402010500" +
  "a11c301a06092a864886f70d010108300d06096086480165030402010500";

/** The content of an envelope for one RSA key. Throws when it is not one that AWS could have made. */
export function openEnvelope(envelope: Uint8Array, key: KeyObject): Buffer {
  const [contentType, explicit] = elements(only(elements(Buffer.from(envelope)), 0x30));
  requireOid(contentType, "2a864886f70d010703");
  const [version, recipients, encrypted] = elements(only(elements(of(explicit, 0xa0)), 0x30));
  const recipient = elements(only(elements(of(recipients, 0x31)), 0x30));
  const [recipientVersion, identifier, algorithm, encryptedKey] = recipient;
  if (of(version, 0x02)[0] !== 2 || of(recipientVersion, 0x02)[0] !== 2) throw new Error("version");
  if (of(identifier, 0x80).length !== 20) throw new Error("identifier");
  requireAlgorithm(of(algorithm, 0x30));
  const [dataType, cipher, content] = elements(of(encrypted, 0x30));
  requireOid(dataType, "2a864886f70d010701");
  const [cipherName, iv] = elements(of(cipher, 0x30));
  requireOid(cipherName, "60864801650304012a");

  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const contentKey = privateDecrypt({ key, padding, oaepHash: "sha256" }, of(encryptedKey, 0x04));
  const decipher = createDecipheriv("aes-256-cbc", contentKey, of(iv, 0x04));
  return Buffer.concat([decipher.update(of(content, 0x80)), decipher.final()]);
}

function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + lengthBytes;
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    if (start + length > bytes.length) throw new Error("the DER is cut short");
    found.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

function only(found: readonly Element[], tag: number): Buffer {
  if (found.length !== 1) throw new Error(`${found.length} elements`);
  return of(found[0], tag);
}

function of(element: Element | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw new Error(`tag ${element?.tag} in place of ${tag}`);
  return element.content;
}

function requireOid(element: Element | undefined, contents: string): void {
  if (of(element, 0x06).toString("hex") !== contents) throw new Error(`not ${contents}`);
}

function requireAlgorithm(content: Buffer): void {
  if (content.toString("hex") !== oaepWithSha256) throw new Error(content.toString("hex"));
}
