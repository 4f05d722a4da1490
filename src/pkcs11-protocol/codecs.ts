/** How commands and replies stand in frames. An opcode, once given, keeps its meaning. */
import { bytes, type Field, record, secret, text, u32 } from "../vault-protocol/fields.ts";
import { Malformed } from "../vault-protocol/malformed.ts";
import {
  type Done,
  type TokenCiphertext,
  type TokenCommandName,
  type TokenFailure,
  tokenFailures,
  type TokenReply,
  type TokenRequest,
} from "./commands.ts";

/** The status of a reply that has a body. */
export const doneStatus = 0;

/** A blob of the longest plaintext, sealed by the vault, is shorter. */
const messageBytes = 8_192;
export const keyIdBytes = 16;
export const randomBytesAtMost = 1_024;

interface Codec<Name extends TokenCommandName> {
  readonly opcode: number;
  readonly request: Field<TokenRequest<Name>>;
  readonly reply: Field<TokenReply<Name>>;
}

/** CKA_LABEL of a token is 32 bytes. */
const tokenLabel = text(32);
/** A KeyStorePassword has up to 32 characters, of up to three bytes for each unit of UTF-16. */
const pin = secret(128);
const key = { tokenLabel, keyId: bytes(keyIdBytes) };
/** A reply without a body says it all. */
const done: Field<Done> = { write: () => undefined, read: () => ({ done: true }) };
const sealed = {
  initializationVector: bytes(64),
  authenticationTag: bytes(16),
  ciphertext: bytes(messageBytes),
};
const associatedData = bytes(64);

export const tokenCodecs: { readonly [Name in TokenCommandName]: Codec<Name> } = {
  findToken: { opcode: 1, request: record({ tokenLabel }), reply: done },
  logIn: { opcode: 2, request: record({ tokenLabel, pin }), reply: done },
  logOut: { opcode: 3, request: record({ tokenLabel }), reply: done },
  createKey: {
    opcode: 4,
    request: record({ ...key, keyLabel: text(256) }),
    reply: record({ keyHandle: text(32) }),
  },
  encrypt: {
    opcode: 5,
    request: record({ ...key, plaintext: bytes(messageBytes), associatedData }),
    reply: record<TokenCiphertext>(sealed),
  },
  decrypt: {
    opcode: 6,
    request: record({ ...key, ...sealed, associatedData }),
    reply: record({ plaintext: bytes(messageBytes) }),
  },
  destroyKey: { opcode: 7, request: record(key), reply: done },
  generateRandom: {
    opcode: 8,
    request: record({ tokenLabel, lengthBytes: u32 }),
    reply: record({ bytes: secret(randomBytesAtMost) }),
  },
};

const names = new Map(
  Object.entries(tokenCodecs).map(([name, { opcode }]) => [opcode, name as TokenCommandName]),
);

/** Nothing for an opcode that stands for no command. */
export function tokenCommandOf(opcode: number): TokenCommandName | undefined {
  return names.get(opcode);
}

export function statusOf(failure: TokenFailure): number {
  return doneStatus + 1 + tokenFailures.indexOf(failure);
}

/** The failure a status stands for. Throws Malformed when it stands for none. */
export function failureOf(status: number): TokenFailure {
  const failure = tokenFailures[status - doneStatus - 1];
  if (failure === undefined) throw new Malformed("unknown status");
  return failure;
}
