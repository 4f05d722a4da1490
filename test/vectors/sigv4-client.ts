/**
 * A client for tests of Signature Version 4: signs with AWS's own signer, and knows the
 * access key that the signing is to be verified with.
 */
import { createHash, createHmac, createSecretKey } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ExpectedScope, SignedRequest } from "../../src/identity/signed-request.ts";
import type { AccessKeys, SigningScope } from "../../src/service/access-keys.ts";
import type { Caller } from "../../src/service/caller.ts";
import { SigningKey } from "../../src/service/signing-key.ts";
import { signingKey } from "../signing-key.ts";

/** An access key as a client holds it. */
export interface ClientCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ClientRequest {
  readonly method: string;
  /** As on the wire, without a query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ClientOptions {
  readonly credentials: ClientCredentials;
  readonly region: string;
  readonly service: string;
  readonly signedAtMs: number;
  /** Seconds; presigns the request instead of signing its headers. */
  readonly expiresIn?: number;
  /** Whether x-amz-content-sha256 is sent, as the JavaScript SDK does and botocore does not. */
  readonly applyChecksum?: boolean;
}

/** Signs a request and puts it into the form in which it arrives at a server. */
export async function signAsClient(
  request: ClientRequest,
  options: ClientOptions,
): Promise<SignedRequest> {
  const { expiresIn, applyChecksum = true, signedAtMs, ...signing } = options;
  const signer = new SignatureV4({ ...signing, sha256: Sha256, applyChecksum });
  const toSign = {
    ...request,
    protocol: "https:",
    hostname: "unused",
    query: { ...request.query },
  };
  const signingDate = new Date(signedAtMs);
  const signed =
    expiresIn === undefined
      ? await signer.sign(toSign, { signingDate })
      : await signer.presign(toSign, { signingDate, expiresIn });
  return {
    method: signed.method,
    target: bytewise(`${signed.path}${queryText(signed.query ?? {})}`),
    rawHeaders: Object.entries(signed.headers).flat().map(bytewise),
    body: request.body,
  };
}

/** The signing key of one access key in one scope, derived as the SigV4 specification has it. */
export function deriveSigningKey(
  secretAccessKey: string,
  { date, region, service }: Omit<SigningScope, "accessKeyId">,
): SigningKey {
  return new SigningKey(signingKey(secretAccessKey, [date, region, service]));
}

export const root: Caller = {
  type: "Root",
  accountId: "111122223333",
  arn: "arn:aws:iam::111122223333:root",
  principalId: "111122223333",
};

/** Access keys that know one key, and remember what they were asked for. */
export function keysOf(
  credentials: ClientCredentials,
): AccessKeys & { readonly asked: SigningScope[] } {
  const asked: SigningScope[] = [];
  return {
    asked,
    async findSigningCredential(scope) {
      asked.push(scope);
      if (scope.accessKeyId !== credentials.accessKeyId) return undefined;
      return {
        caller: { ...root, accessKeyId: scope.accessKeyId },
        signingKey: deriveSigningKey(credentials.secretAccessKey, scope),
      };
    },
  };
}

/** What a server of one Region expects at a given time, its clock allowed five minutes. */
export function expecting(service: string, region: string, nowMs: number): ExpectedScope {
  return { service, regions: new Set([region]), nowMs, toleranceMs: 5 * 60 * 1000 };
}

/** Text as Node hands it on: one character for each byte that was sent. */
export function bytewise(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function queryText(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(String(one))}`),
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** The hash and the HMAC in the one shape that AWS's signer wants them. */
class Sha256 {
  readonly #digest: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#digest =
      secret === undefined
        ? createHash("sha256")
        : createHmac("sha256", createSecretKey(bytesOf(secret)));
  }

  update(data: Uint8Array): void {
    this.#digest.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#digest.digest();
  }

  reset(): void {
    throw new Error("not needed for signing");
  }
}

function bytesOf(source: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof source === "string") return Buffer.from(source);
  return ArrayBuffer.isView(source)
    ? Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    : Buffer.from(source);
}
