/** X.509 certificates (RFC 5280) for tests, with what times and extensions a test wants. */
import { type KeyObject, randomBytes, sign } from "node:crypto";
import {
  derExplicit,
  derOctets,
  derOid,
  derSequence,
  derSet,
} from "../src/vault/algorithms/der.ts";

interface Order {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  /** The issuer's key. */
  readonly signer: KeyObject;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether it may issue others. */
  readonly issues: boolean;
}

const ecdsaWithSha384 = derSequence(derOid("2a8648ce3d040303"));

/** DER. */
export function issueCertificate(order: Order): Buffer {
  const body = derSequence(
    derExplicit(0, Buffer.of(0x02, 0x01, 0x02)),
    tagged(0x02, Buffer.concat([Buffer.of(0x01), randomBytes(15)])),
    ecdsaWithSha384,
    nameOf(order.issuer),
    derSequence(timeOf(order.fromMs), timeOf(order.toMs)),
    nameOf(order.subject),
    order.publicKey.export({ type: "spki", format: "der" }),
    derExplicit(3, derSequence(basicConstraints(order.issues), keyUsage(order.issues))),
  );
  return derSequence(body, ecdsaWithSha384, bits(sign("sha384", body, order.signer)));
}

function nameOf(commonName: string): Buffer {
  const attribute = derSequence(derOid("550403"), tagged(0x0c, Buffer.from(commonName)));
  return derSequence(derSet(attribute));
}

function timeOf(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return tagged(0x18, Buffer.from(`${text}Z`));
}

function basicConstraints(issues: boolean): Buffer {
  return critical("551d13", issues ? derSequence(Buffer.of(0x01, 0x01, 0xff)) : derSequence());
}

/** keyCertSign and cRLSign, or digitalSignature. */
function keyUsage(issues: boolean): Buffer {
  return critical("551d0f", Buffer.of(0x03, 0x02, issues ? 0x01 : 0x07, issues ? 0x06 : 0x80));
}

function critical(oid: string, value: Buffer): Buffer {
  return derSequence(derOid(oid), Buffer.of(0x01, 0x01, 0xff), derOctets(value));
}

function bits(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

function tagged(tag: number, contents: Buffer): Buffer {
  const { length } = contents;
  const octets = length < 0x80 ? [length] : [0x81, length];
  return Buffer.concat([Buffer.of(tag, ...octets), contents]);
}
