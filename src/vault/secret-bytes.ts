/**
 * New memory for a secret. It lies outside the JavaScript heap, whose collector moves
 * small objects and leaves their old bytes behind, and shares its pages with no pool,
 * so wiping it with fill(0) leaves no copy.
 */
export function newSecret(lengthBytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(lengthBytes));
}
