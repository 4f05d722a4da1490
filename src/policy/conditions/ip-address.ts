/**
 * IpAddress: addresses against CIDR blocks (RFC 4632, RFC 4291). A dual-stack socket
 * reports an IPv4 peer as ::ffff:192.0.2.1, so such addresses are IPv4 addresses here.
 */
import { mapAll } from "./family.ts";
import type { ConditionFamily } from "./family.ts";

/** 4 or 16 bytes. */
type Address = readonly number[];

interface Block {
  readonly address: Address;
  readonly prefixBits: number;
}

const octet = /^(?:0|[1-9][0-9]{0,2})$/;
const group = /^[0-9a-fA-F]{1,4}$/;
const prefixText = /^(?:0|[1-9][0-9]{0,2})$/;
/** Eight groups of four digits, the last two perhaps written as an IPv4 address. */
const addressLengthMax = 45;
const mappedBits = 96;

/** A request value that is not an address fits nothing; nor does one of the other family. */
export const ipAddress: ConditionFamily = (values) => {
  const blocks = mapAll(values, readBlock);
  if (blocks === undefined) return undefined;
  return (text) => {
    const address = readAddress(text);
    if (address === undefined) return false;
    const plain = isMapped(address) ? address.slice(12) : address;
    return blocks.some((block) => contains(block, plain));
  };
};

/** An address, or an address and the length of a prefix; a bare address is itself alone. */
function readBlock(text: string): Block | undefined {
  const [addressText = "", prefix, ...more] = text.split("/", 3);
  const address = readAddress(addressText);
  if (address === undefined || more.length > 0) return undefined;
  if (prefix !== undefined && !prefixText.test(prefix)) return undefined;
  const prefixBits = prefix === undefined ? address.length * 8 : Number(prefix);
  if (prefixBits > address.length * 8) return undefined;
  if (!isMapped(address) || prefixBits < mappedBits) return { address, prefixBits };
  return { address: address.slice(12), prefixBits: prefixBits - mappedBits };
}

function contains({ address, prefixBits }: Block, candidate: Address): boolean {
  if (address.length !== candidate.length) return false;
  return address.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefixBits - index * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((candidate[index] ?? 0) & mask);
  });
}

function isMapped(address: Address): boolean {
  return (
    address.length === 16 &&
    address.slice(0, 10).every((byte) => byte === 0) &&
    address[10] === 0xff &&
    address[11] === 0xff
  );
}

function readAddress(text: string): Address | undefined {
  if (text.length > addressLengthMax) return undefined;
  return text.includes(":") ? readV6(text) : readV4(text);
}

/** A leading zero is refused: some readers take 010 for eight. */
function readV4(text: string): Address | undefined {
  const parts = text.split(".");
  const bytes = parts.filter((part) => octet.test(part)).map(Number);
  if (parts.length !== 4 || bytes.length !== 4) return undefined;
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function readV6(text: string): Address | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = readGroups(head, tail === undefined);
  const after = readGroups(tail ?? "", true);
  if (before === undefined || after === undefined) return undefined;
  const gap = 16 - before.length - after.length;
  // "::" stands for at least one group of zeros.
  if (tail === undefined ? gap !== 0 : gap < 2) return undefined;
  return [...before, ...Array<number>(gap).fill(0), ...after];
}

/** Only the very end of an address may be written as an IPv4 address. */
function readGroups(text: string, atEnd: boolean): Address | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const bytes: number[] = [];
  for (const [index, part] of parts.entries()) {
    const isLast = atEnd && index === parts.length - 1;
    const read = isLast && part.includes(".") ? readV4(part) : readGroup(part);
    if (read === undefined) return undefined;
    bytes.push(...read);
  }
  return bytes;
}

function readGroup(text: string): Address | undefined {
  if (!group.test(text)) return undefined;
  const value = Number.parseInt(text, 16);
  return [value >> 8, value & 0xff];
}
