import { Duplex } from "node:stream";

type Proceed = () => void;

/**
 * Two ends of a connection in this process. Like a socket, and unlike node's duplexPair,
 * it copies what is written: whoever wrote it may wipe it as soon as it has left.
 */
export function socketPair(): [Duplex, Duplex] {
  const one = new End();
  const other = new End();
  one.connect(other);
  other.connect(one);
  return [one.stream, other.stream];
}

class End {
  #peer: End | undefined;
  /** A write of the peer's that waits until this end is read. */
  #blocked: Proceed | undefined;
  readonly stream = new Duplex({
    read: () => this.#unblock(),
    write: (chunk: Buffer, _encoding, proceed: Proceed) => this.#peer?.receive(chunk, proceed),
    final: (proceed: Proceed) => this.#finish(proceed),
    destroy: (_error, proceed: (error: null) => void) => this.#finish(() => proceed(null)),
  });

  connect(peer: End): void {
    this.#peer = peer;
  }

  receive(chunk: Buffer, proceed: Proceed): void {
    if (this.stream.push(Buffer.from(chunk))) proceed();
    else this.#blocked = proceed;
  }

  #unblock(): void {
    const proceed = this.#blocked;
    this.#blocked = undefined;
    proceed?.();
  }

  #finish(proceed: Proceed): void {
    const peer = this.#peer?.stream;
    if (peer !== undefined && !peer.destroyed && !peer.readableEnded) peer.push(null);
    proceed();
  }
}
