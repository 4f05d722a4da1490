/** As much as Node reads from a socket at once. */
const readBytes = 65_536;

/**
 * The `onread` of a socket, so that it reads into one piece of memory of our own: Node's
 * are freed with what came in them, copies and all. Each chunk is good until `take`
 * returns, which wipes it.
 */
export function intoOwnBuffer(take: (chunk: Buffer) => void) {
  const buffer = Buffer.from(new ArrayBuffer(readBytes));
  return {
    buffer,
    callback(length: number): boolean {
      take(buffer.subarray(0, length));
      return true;
    },
  };
}
