/**
 * The functions of a PKCS#11 module (Cryptoki v2.40) that are used here, by way of the bridge
 * that also calls OpenSSL. Those that may take long do their work on Node's thread pool.
 */
import { type Async, type Functions, type Handle, loadFunctions } from "./functions.ts";
import { requireOk } from "./return-values.ts";

export interface Attribute {
  readonly type: number;
  readonly value: Buffer;
}

/** A mechanism with the parameters of AES-GCM. */
export interface GcmParameters {
  /** A module may overwrite it with one of its own. */
  readonly initializationVector: Buffer;
  readonly associatedData: Buffer;
  readonly tagBits: number;
}

/** A module that is ready for work. Every call rejects with TokenError when it is not carried out. */
export interface Cryptoki {
  listSlots(): Promise<readonly Handle[]>;
  /** CK_TOKEN_INFO as it lies in memory. */
  tokenInfo(slot: Handle): Promise<Buffer>;
  /** CK_MECHANISM_INFO's flags. */
  mechanismFlags(slot: Handle, mechanism: number): Promise<number>;
  openSession(slot: Handle): Promise<Handle>;
  closeSession(session: Handle): Promise<void>;
  closeAllSessions(slot: Handle): Promise<void>;
  logIn(session: Handle, pin: Buffer): Promise<void>;
  generateAesKey(session: Handle, template: readonly Attribute[]): Promise<Handle>;
  findObjects(session: Handle, template: readonly Attribute[]): Promise<readonly Handle[]>;
  /** One attribute that is a CK_BBOOL. */
  readFlag(session: Handle, object: Handle, type: number): Promise<boolean>;
  destroyObject(session: Handle, object: Handle): Promise<void>;
  encrypt(session: Handle, key: Handle, gcm: GcmParameters, plaintext: Buffer): Promise<Buffer>;
  decrypt(session: Handle, key: Handle, gcm: GcmParameters, ciphertext: Buffer): Promise<Buffer>;
  generateRandom(session: Handle, bytes: Buffer): Promise<void>;
}

const ckmAesKeyGen = 0x1080;
const ckmAesGcm = 0x1087;
const gcmParametersBytes = 48;
const ckuUser = 1;
/** CKF_SERIAL_SESSION and CKF_RW_SESSION. */
const sessionFlags = 0x6;
const slotsAtMost = 256;
const objectsAtMost = 2;

/**
 * Loads a module and initializes it for calls from several threads. Throws when it cannot
 * be loaded, or does not want to be used so.
 */
export function loadCryptoki(bridgeFile: string, moduleFile: string): Cryptoki {
  const raw = loadFunctions(bridgeFile, moduleFile);
  // CK_C_INITIALIZE_ARGS: no mutexes of ours, CKF_OS_LOCKING_OK.
  const initializeArguments = Buffer.alloc(48);
  initializeArguments.writeBigUInt64LE(2n, 32);
  requireOk(raw.initialize(initializeArguments), "C_Initialize");
  return { ...tokenCalls(raw), ...objectCalls(raw), ...cipherCalls(raw) };
}

type Calls<Name extends keyof Cryptoki> = Pick<Cryptoki, Name>;

function tokenCalls(
  raw: Functions,
): Calls<
  | "listSlots"
  | "tokenInfo"
  | "mechanismFlags"
  | "openSession"
  | "closeSession"
  | "closeAllSessions"
  | "logIn"
> {
  return {
    async listSlots() {
      const slots = new BigUint64Array(slotsAtMost);
      const count = [slotsAtMost];
      await call("C_GetSlotList", raw.getSlotList, 1, slots, count);
      return [...slots.subarray(0, Number(count[0]))];
    },
    async tokenInfo(slot) {
      const info = Buffer.alloc(256);
      await call("C_GetTokenInfo", raw.getTokenInfo, slot, info);
      return info;
    },
    async mechanismFlags(slot, mechanism) {
      const info = Buffer.alloc(24);
      await call("C_GetMechanismInfo", raw.getMechanismInfo, slot, mechanism, info);
      return Number(info.readBigUInt64LE(16));
    },
    async openSession(slot) {
      const session: Handle[] = [0];
      await call("C_OpenSession", raw.openSession, slot, sessionFlags, null, null, session);
      return session[0] ?? 0;
    },
    closeSession: async (session) => await call("C_CloseSession", raw.closeSession, session),
    closeAllSessions: async (slot) => await call("C_CloseAllSessions", raw.closeAllSessions, slot),
    logIn: async (session, pin) =>
      await call("C_Login", raw.logIn, session, ckuUser, pin, pin.length),
  };
}

function objectCalls(
  raw: Functions,
): Calls<"generateAesKey" | "findObjects" | "readFlag" | "destroyObject" | "generateRandom"> {
  return {
    async generateAesKey(session, template) {
      const mechanism = { type: ckmAesKeyGen, parameter: null, length: 0 };
      const list = template.map(laidOut);
      const key: Handle[] = [0];
      await call("C_GenerateKey", raw.generateKey, session, mechanism, list, list.length, key);
      return key[0] ?? 0;
    },
    async findObjects(session, template) {
      const list = template.map(laidOut);
      await call("C_FindObjectsInit", raw.findObjectsInit, session, list, list.length);
      const found = new BigUint64Array(objectsAtMost);
      const count: Handle[] = [0];
      try {
        await call("C_FindObjects", raw.findObjects, session, found, objectsAtMost, count);
      } finally {
        await call("C_FindObjectsFinal", raw.findObjectsFinal, session);
      }
      return [...found.subarray(0, Number(count[0]))];
    },
    async readFlag(session, object, type) {
      const value = Buffer.alloc(1);
      const list = [laidOut({ type, value })];
      await call("C_GetAttributeValue", raw.getAttributeValue, session, object, list, 1);
      return value[0] === 1;
    },
    destroyObject: async (session, object) =>
      await call("C_DestroyObject", raw.destroyObject, session, object),
    generateRandom: async (session, bytes) =>
      await call("C_GenerateRandom", raw.generateRandom, session, bytes, bytes.length),
  };
}

function cipherCalls(raw: Functions): Calls<"encrypt" | "decrypt"> {
  return {
    async encrypt(session, key, gcm, plaintext) {
      await call("C_EncryptInit", raw.encryptInit, session, gcmMechanism(gcm), key);
      const out = Buffer.alloc(plaintext.length + gcm.tagBits / 8);
      const length: Handle[] = [out.length];
      await call("C_Encrypt", raw.encrypt, session, plaintext, plaintext.length, out, length);
      return out.subarray(0, Number(length[0]));
    },
    async decrypt(session, key, gcm, ciphertext) {
      await call("C_DecryptInit", raw.decryptInit, session, gcmMechanism(gcm), key);
      // Modules ask for room for the tag too, though it does not come out.
      const out = Buffer.alloc(ciphertext.length);
      const length: Handle[] = [out.length];
      await call("C_Decrypt", raw.decrypt, session, ciphertext, ciphertext.length, out, length);
      return out.subarray(0, Number(length[0]));
    },
  };
}

function laidOut({ type, value }: Attribute) {
  return { type, value, length: value.length };
}

function gcmMechanism({ initializationVector: iv, associatedData, tagBits }: GcmParameters) {
  const parameter = {
    iv,
    ivLength: iv.length,
    ivBits: iv.length * 8,
    associatedData,
    associatedDataLength: associatedData.length,
    tagBits,
  };
  return { type: ckmAesGcm, parameter, length: gcmParametersBytes };
}

/** What modules are reading and writing at the moment: it must not be collected meanwhile. */
const inUse = new Set<unknown[]>();

/** Waits for a call's work on the thread pool. */
async function call<Parameters extends unknown[]>(
  what: string,
  func: Async<Parameters>,
  ...given: Parameters
): Promise<void> {
  inUse.add(given);
  try {
    const returned = await new Promise<number>((resolve, reject) => {
      func.async(...given, (error, value) => {
        if (error === null) resolve(value);
        else reject(error);
      });
    });
    requireOk(returned, what);
  } finally {
    inUse.delete(given);
  }
}
