import type { TlsFacts } from "../service/caller.ts";
import type { WireHeaders } from "./wire-headers.ts";

/** One HTTP request, read whole and within the limits. Nothing in it is to be trusted. */
export interface WireRequest {
  readonly requestId: string;
  readonly receivedAtMs: number;
  readonly method: string;
  /** The request target as it came, query included. */
  readonly target: string;
  readonly headers: Readonly<Partial<WireHeaders>>;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly tls: TlsFacts | undefined;
}

export interface WireResponse {
  readonly status: number;
  /** Bytes are secret: they are wiped once they have left. Text is not. */
  readonly body: string | Buffer;
  readonly contentType: string;
}

/** For operators: what callers are not told. Takes no secrets. */
export interface OperatorLog {
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
}
