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
  readonly pathLength?: number;
  /** The whole of its basic constraints, DER, in place of what the two above say. */
  readonly constraints?: Buffer;
  /** The first byte of its key usage, in place of one that fits. */
  readonly usage?: number;
  /** Extensions besides those that it has, DER. */
  readonly extensions?: readonly Buffer[];
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
    derExplicit(
      3,
      derSequence(basicConstraints(order), keyUsage(order), ...(order.extensions ?? [])),
    ),
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

function basicConstraints({ issues, pathLength, constraints }: Order): Buffer {
  if (constraints !== undefined) return extension("551d13", constraints);
  const members = issues ? [Buffer.of(0x01, 0x01, 0xff)] : [];
  if (pathLength !== undefined) members.push(Buffer.of(0x02, 0x01, pathLength));
  return extension("551d13", derSequence(...members));
}

/** keyCertSign and cRLSign, or digitalSignature. */
function keyUsage({ issues, usage = issues ? 0x06 : 0x80 }: Order): Buffer {
  return extension("551d0f", Buffer.of(0x03, 0x02, 0x00, usage));
}

/** An extension by the hexadecimal contents of its name. */
export function extension(oid: string, value: Buffer, isCritical = true): Buffer {
  const critical = isCritical ? [Buffer.of(0x01, 0x01, 0xff)] : [];
  return derSequence(derOid(oid), ...critical, derOctets(value));
}

function bits(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

function tagged(tag: number, contents: Buffer): Buffer {
  const { length } = contents;
  const octets = length < 0x80 ? [length] : [0x81, length];
  return Buffer.concat([Buffer.of(tag, ...octets), contents]);
}
