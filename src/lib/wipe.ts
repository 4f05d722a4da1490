/**
 * Memory for secrets.
 *
 * Buffer.allocUnsafeSlow keeps up to 64 bytes inside V8's heap, where the garbage
 * collector moves them about and leaves copies behind that nobody can wipe. An
 * ArrayBuffer of its own stays where it is.
 */

const slabBytes = 16 * 1024;
const largestPieceBytes = 1024;
const alignBytes = 8;
let slab = new ArrayBuffer(slabBytes);
let slabUsedBytes = 0;

/**
 * A zeroed Buffer outside V8's heap, for a secret that lives as long as a request. Small
 * ones are pieces of a slab that holds nothing but secrets: an ArrayBuffer for each would
 * cost a microsecond. No piece is given out twice.
 */
export function allocateSecret(lengthBytes: number): Buffer {
  if (lengthBytes > largestPieceBytes) return Buffer.from(new ArrayBuffer(lengthBytes));
  if (slabUsedBytes + lengthBytes > slabBytes) {
    slab = new ArrayBuffer(slabBytes);
    slabUsedBytes = 0;
  }
  const piece = Buffer.from(slab, slabUsedBytes, lengthBytes);
  slabUsedBytes += Math.ceil(lengthBytes / alignBytes) * alignBytes;
  return piece;
}

/** Overwrites bytes with zeros; nothing to do for nothing. */
export function wipe(bytes: Uint8Array | undefined): void {
  bytes?.fill(0);
}

/** Deeper than any input or output of a service. */
const maxDepth = 32;

/** Overwrites every blob that an input or output holds, at any depth. */
export function wipeBlobs(value: unknown, depth = 0): void {
  if (typeof value !== "object" || value === null || depth > maxDepth) return;
  if (value instanceof Uint8Array) {
    wipe(value);
    return;
  }
  // Not Object.values, which makes an array of each object.
  for (const name in value) wipeBlobs(value[name as keyof typeof value], depth + 1);
}
