/** Secret access keys: made, wrapped at rest, and turned into SigV4 signing keys. */
import { randomFillSync } from "node:crypto";
import type { Refusal, SecretAccessKeyFacts } from "../vault-protocol/commands.ts";
import type { DomainKeys } from "./domain-keys.ts";
import { type WrapFormat, type Wrapping, unwrap, wrap } from "./domain-wrap.ts";
import { domain, prefixed } from "./encoding.ts";
import { HmacKey } from "./hmac-key.ts";
import { Label } from "./kdf.ts";
import { newSecret } from "./secret-bytes.ts";

const table = "access_keys";
const secretAccessKeyBytes = 40;
const alphabet = Buffer.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+",
  "latin1",
);
const format: WrapFormat = {
  magic: Buffer.from("KMA\x01", "latin1"),
  label: new Label("dk/secret-wrap/v1"),
};

/** What a signing key is derived for, in the words of a SigV4 credential scope. */
export interface CredentialScope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** 40 characters as AWS makes them: 240 random bits. The caller wipes them. */
export function newSecretAccessKey(): Buffer {
  const characters = randomFillSync(newSecret(secretAccessKeyBytes));
  for (const [index, byte] of characters.entries()) characters[index] = alphabet[byte % 64] ?? 0;
  return characters;
}

export function wrapSecretAccessKey(
  facts: SecretAccessKeyFacts,
  instanceId: string,
  secretAccessKey: Uint8Array,
  wrapping: Wrapping,
): Buffer | Refusal {
  return wrap(format, encodeFacts(facts, instanceId), secretAccessKey, wrapping);
}

/** The secret access key, for the caller to wipe. */
export function unwrapSecretAccessKey(
  facts: SecretAccessKeyFacts,
  instanceId: string,
  wrapped: Uint8Array,
  domainKeys: DomainKeys,
): Buffer | Refusal {
  return unwrap(format, encodeFacts(facts, instanceId), wrapped, domainKeys);
}

/** The signing key of one scope (AWS Signature Version 4, "Calculate the signature"). */
export function deriveSigningKey(secretAccessKey: Uint8Array, scope: CredentialScope): Buffer {
  const prefix = Buffer.from("AWS4", "latin1");
  let derived = newSecret(prefix.length + secretAccessKey.length);
  derived.set(prefix);
  derived.set(secretAccessKey, prefix.length);
  for (const step of [scope.date, scope.region, scope.service, "aws4_request"]) {
    const key = new HmacKey(derived);
    derived.fill(0);
    derived = key.mac(Buffer.from(step, "utf8"));
    key.wipe();
  }
  return derived;
}

function encodeFacts({ accountId, accessKeyId }: SecretAccessKeyFacts, instanceId: string): Buffer {
  return Buffer.concat([
    domain("kms.secret.v1"),
    prefixed(instanceId),
    prefixed(table),
    prefixed(accountId),
    prefixed(accessKeyId),
  ]);
}
