/** Keys in a token: made there, used there, destroyed there. */
import { randomBytes } from "node:crypto";
import type { TokenCiphertext } from "../pkcs11-protocol/commands.ts";
import type { Attribute, Cryptoki } from "./cryptoki.ts";
import type { Handle } from "./functions.ts";
import { TokenError } from "./return-values.ts";
import type { Token } from "./token.ts";

const attribute = {
  class: 0x000,
  token: 0x001,
  private: 0x002,
  label: 0x003,
  keyType: 0x100,
  id: 0x102,
  sensitive: 0x103,
  encrypt: 0x104,
  decrypt: 0x105,
  wrap: 0x106,
  unwrap: 0x107,
  sign: 0x108,
  verify: 0x10a,
  derive: 0x10c,
  valueLength: 0x161,
  extractable: 0x162,
} as const;

const secretKeyClass = 4;
const aesKeyType = 0x1f;
const keyBytes = 32;
const initializationVectorBytes = 12;
const tagBytes = 16;

/** One key, in the token it is in. */
export interface KeyPlace {
  readonly cryptoki: Cryptoki;
  readonly token: Token;
  readonly keyId: Uint8Array;
  /** On the clock of performance.now(): not begun afterwards. */
  readonly deadlineMs: number;
}

/**
 * Makes an AES-256 key that the token neither shows nor lets out, for encryption and
 * decryption alone, and gives its handle. Rejects with "token-unfit", and leaves no key,
 * when the token made one that could be taken out.
 */
export async function createKey(place: KeyPlace, keyLabel: string): Promise<Handle> {
  const { cryptoki, token, deadlineMs } = place;
  return await token.use(deadlineMs, async (session, handles) => {
    // An attempt that another login overtook may have left one: two of an id are of no use.
    const found = await cryptoki.findObjects(session, searchFor(place));
    if (found.length > 0) throw new TokenError("failed", "a key has that id already");
    const handle = await cryptoki.generateAesKey(session, templateOf(place, keyLabel));
    const isShut =
      (await cryptoki.readFlag(session, handle, attribute.sensitive)) &&
      !(await cryptoki.readFlag(session, handle, attribute.extractable));
    if (!isShut) {
      await cryptoki.destroyObject(session, handle);
      throw new TokenError("token-unfit", "the key could be taken out");
    }
    handles.remember(nameOf(place), handle);
    return handle;
  });
}

/** AES-256-GCM with a fresh initialization vector, as NIST SP 800-38D, 8.2.2, has it. */
export async function encrypt(
  place: KeyPlace,
  { plaintext, associatedData }: { plaintext: Uint8Array; associatedData: Uint8Array },
): Promise<TokenCiphertext> {
  const initializationVector = randomBytes(initializationVectorBytes);
  const gcm = gcmOf(initializationVector, associatedData);
  const sealed = await useKey(
    place,
    async (session, key) => await place.cryptoki.encrypt(session, key, gcm, bufferOf(plaintext)),
  );
  const end = sealed.length - tagBytes;
  if (end !== plaintext.length) throw new TokenError("failed", "a ciphertext of another length");
  return {
    initializationVector,
    authenticationTag: sealed.subarray(end),
    ciphertext: sealed.subarray(0, end),
  };
}

/** The plaintext. Rejects with "rejected" for what this key did not make of it. */
export async function decrypt(
  place: KeyPlace,
  sealed: TokenCiphertext & { readonly associatedData: Uint8Array },
): Promise<Uint8Array> {
  const { initializationVector, authenticationTag, ciphertext, associatedData } = sealed;
  // A module may take a shorter tag for a weaker one.
  const isWhole =
    initializationVector.length === initializationVectorBytes &&
    authenticationTag.length === tagBytes;
  if (!isWhole) throw new TokenError("rejected", "not of the right lengths");
  const gcm = gcmOf(bufferOf(initializationVector), associatedData);
  const whole = Buffer.concat([ciphertext, authenticationTag]);
  try {
    return await useKey(
      place,
      async (session, key) => await place.cryptoki.decrypt(session, key, gcm, whole),
    );
  } catch (error) {
    if (!(error instanceof TokenError) || error.failure !== "failed") throw error;
    // Modules that have no word of their own for a wrong tag say that something failed. When
    // the key can do its work all the same, it was the ciphertext.
    await requireWorking(place);
    throw new TokenError("rejected", error.message);
  }
}

/** Rejects with TokenError when the key does not decrypt what it has just encrypted. */
async function requireWorking(place: KeyPlace): Promise<void> {
  const { cryptoki } = place;
  const gcm = gcmOf(randomBytes(initializationVectorBytes), Buffer.alloc(0));
  const message = Buffer.from("as before");
  const opened = await useKey(place, async (session, key) => {
    const sealed = await cryptoki.encrypt(session, key, gcm, message);
    return await cryptoki.decrypt(session, key, gcm, sealed);
  });
  if (!opened.equals(message)) throw new TokenError("failed", "another plaintext came back");
}

/** Nothing is left of the key. One that is not there has been destroyed already. */
export async function destroyKey(place: KeyPlace): Promise<void> {
  const { cryptoki, token, deadlineMs } = place;
  await token.use(deadlineMs, async (session, handles) => {
    handles.forget(nameOf(place));
    const found = await cryptoki.findObjects(session, searchFor(place));
    for (const handle of found) await cryptoki.destroyObject(session, handle);
  });
}

/** Does work with a key. A handle that is good no more is looked up again. */
async function useKey<Result>(
  place: KeyPlace,
  work: (session: Handle, key: Handle) => Promise<Result>,
): Promise<Result> {
  const { token, deadlineMs } = place;
  const name = nameOf(place);
  return await token.use(deadlineMs, async (session, handles) => {
    const remembered = handles.remembered(name);
    if (remembered !== undefined) {
      try {
        return await work(session, remembered);
      } catch (error) {
        if (!(error instanceof TokenError) || error.failure !== "key-missing") throw error;
        handles.forget(name);
      }
    }
    const handle = await findKey(place, session);
    handles.remember(name, handle);
    return await work(session, handle);
  });
}

async function findKey(place: KeyPlace, session: Handle): Promise<Handle> {
  const [handle, another] = await place.cryptoki.findObjects(session, searchFor(place));
  if (handle === undefined) throw new TokenError("key-missing", "no key has that id");
  if (another !== undefined) throw new TokenError("failed", "several keys have that id");
  return handle;
}

function searchFor({ keyId }: KeyPlace): readonly Attribute[] {
  return [
    { type: attribute.class, value: number(secretKeyClass) },
    { type: attribute.id, value: bufferOf(keyId) },
  ];
}

function templateOf(place: KeyPlace, keyLabel: string): readonly Attribute[] {
  const yes = Buffer.of(1);
  const no = Buffer.of(0);
  return [
    ...searchFor(place),
    { type: attribute.keyType, value: number(aesKeyType) },
    { type: attribute.valueLength, value: number(keyBytes) },
    { type: attribute.label, value: Buffer.from(keyLabel, "utf8") },
    { type: attribute.token, value: yes },
    { type: attribute.private, value: yes },
    { type: attribute.sensitive, value: yes },
    { type: attribute.extractable, value: no },
    { type: attribute.encrypt, value: yes },
    { type: attribute.decrypt, value: yes },
    { type: attribute.wrap, value: no },
    { type: attribute.unwrap, value: no },
    { type: attribute.sign, value: no },
    { type: attribute.verify, value: no },
    { type: attribute.derive, value: no },
  ];
}

/** A CK_ULONG. */
function number(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function gcmOf(initializationVector: Buffer, associatedData: Uint8Array) {
  return {
    initializationVector,
    associatedData: bufferOf(associatedData),
    tagBits: tagBytes * 8,
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function nameOf({ keyId }: KeyPlace): string {
  return bufferOf(keyId).toString("hex");
}
