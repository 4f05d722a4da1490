/**
 * The OpenSSL inside the node binary, as far as node:crypto has no call for it. The bridge
 * to it is the one addon the vault loads, and only when the first such call comes.
 */
import { createRequire } from "node:module";
import type { KeyObject } from "node:crypto";

/** A pointer of OpenSSL's. Only ever handed back to it. */
export type Pointer = object;

/** A function that does its work on Node's thread pool. */
export interface Async<Parameters extends unknown[]> {
  readonly async: (...call: [...Parameters, (error: Error | null, result: number) => void]) => void;
}

/** OpenSSL's functions as the bridge calls them, by what they are for. */
interface Functions {
  readonly readPrivateKey: (key: null, der: [Buffer], length: number) => Pointer | null;
  readonly freeKey: (key: Pointer) => void;
  readonly newContext: (key: Pointer, engine: null) => Pointer | null;
  readonly freeContext: (context: Pointer) => void;
  readonly beginSign: (context: Pointer) => number;
  readonly beginVerify: (context: Pointer) => number;
  readonly set: (context: Pointer, name: string, value: string) => number;
  readonly fetchSignature: (library: null, name: string, properties: null) => Pointer | null;
  readonly beginSignAs: (context: Pointer, as: Pointer, parameters: null) => number;
  readonly beginVerifyAs: (context: Pointer, as: Pointer, parameters: null) => number;
  readonly sign: Async<[Pointer, Buffer, [number], Buffer, number]>;
  readonly verify: Async<[Pointer, Buffer, number, Buffer, number]>;
  readonly beginEncrypt: (context: Pointer) => number;
  readonly beginDecrypt: (context: Pointer) => number;
  readonly encrypt: Async<[Pointer, Buffer, [number], Buffer, number]>;
  readonly decrypt: Async<[Pointer, Buffer, [number], Buffer, number]>;
  readonly curveNamed: (name: string) => number;
  readonly newCurveKey: (curve: number) => Pointer | null;
  readonly freeCurveKey: (key: Pointer) => void;
  readonly readScalar: (key: Pointer, scalar: Buffer, length: number) => number;
  readonly curveOf: (key: Pointer) => Pointer;
  readonly newPoint: (curve: Pointer) => Pointer | null;
  readonly freePoint: (point: Pointer) => void;
  readonly readPoint: (
    curve: Pointer,
    point: Pointer,
    bytes: Buffer,
    length: number,
    numbers: null,
  ) => number;
  readonly computeSecret: Async<[Buffer, number, Pointer, Pointer, null]>;
}

export interface OpenSsl extends Functions {
  /** The key as OpenSSL has it. It lives as long as the KeyObject, and needs no freeing. */
  keyOf(key: KeyObject): Pointer;
  /** A signature algorithm by OpenSSL's name for it. Kept for good. */
  signature(name: string): Pointer;
}

/** Loads the addon from its file. Throws when it cannot be loaded, or is not the bridge. */
export function loadOpenSsl(file: string): OpenSsl {
  const functions = declare(file);
  return {
    ...functions,
    keyOf: keysOf(functions),
    signature: signaturesOf(functions),
  };
}

/**
 * Waits for a function's work on the thread pool; the result is OpenSSL's: 1 for yes. The
 * bridge refuses more than 256 calls at once, which the vault's slow work stays below.
 */
export async function call<Parameters extends unknown[]>(
  func: Async<Parameters>,
  ...parameters: Parameters
): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    func.async(...parameters, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

function keysOf({ readPrivateKey, freeKey }: Functions): OpenSsl["keyOf"] {
  const known = new WeakMap<KeyObject, Pointer>();
  // OpenSSL wipes a private key as it frees it.
  const forgotten = new FinalizationRegistry<Pointer>((pointer) => freeKey(pointer));
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const der = key.export({ type: "pkcs8", format: "der" });
    const pointer = readPrivateKey(null, [der], der.length);
    der.fill(0);
    if (pointer === null) throw new Error("OpenSSL cannot read a key that it wrote");
    known.set(key, pointer);
    forgotten.register(key, pointer);
    return pointer;
  };
}

function signaturesOf({ fetchSignature }: Functions): OpenSsl["signature"] {
  const known = new Map<string, Pointer>();
  return (name) => {
    const found = known.get(name) ?? fetchSignature(null, name, null);
    if (found === null) throw new Error(`this OpenSSL has no ${name}`);
    known.set(name, found);
    return found;
  };
}

/** The part of the bridge that is used here. */
interface Bridge {
  load(file: null): { func(declaration: string): unknown };
}

function declare(file: string): Functions {
  // What an addon exports has no type but the one its documentation gives it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const bridge = createRequire(file)(file) as Bridge;
  const node = bridge.load(null);
  const functions = {
    readPrivateKey: node.func("void *d2i_AutoPrivateKey(void *, _Inout_ void **, long)"),
    freeKey: node.func("void EVP_PKEY_free(void *)"),
    newContext: node.func("void *EVP_PKEY_CTX_new(void *, void *)"),
    freeContext: node.func("void EVP_PKEY_CTX_free(void *)"),
    beginSign: node.func("int EVP_PKEY_sign_init(void *)"),
    beginVerify: node.func("int EVP_PKEY_verify_init(void *)"),
    set: node.func("int EVP_PKEY_CTX_ctrl_str(void *, const char *, const char *)"),
    fetchSignature: node.func("void *EVP_SIGNATURE_fetch(void *, const char *, const char *)"),
    beginSignAs: node.func("int EVP_PKEY_sign_message_init(void *, void *, void *)"),
    beginVerifyAs: node.func("int EVP_PKEY_verify_message_init(void *, void *, void *)"),
    sign: node.func("int EVP_PKEY_sign(void *, uint8_t *, _Inout_ size_t *, uint8_t *, size_t)"),
    verify: node.func("int EVP_PKEY_verify(void *, uint8_t *, size_t, uint8_t *, size_t)"),
    beginEncrypt: node.func("int EVP_PKEY_encrypt_init(void *)"),
    beginDecrypt: node.func("int EVP_PKEY_decrypt_init(void *)"),
    encrypt: node.func(
      "int EVP_PKEY_encrypt(void *, uint8_t *, _Inout_ size_t *, uint8_t *, size_t)",
    ),
    decrypt: node.func(
      "int EVP_PKEY_decrypt(void *, uint8_t *, _Inout_ size_t *, uint8_t *, size_t)",
    ),
    curveNamed: node.func("int OBJ_txt2nid(const char *)"),
    newCurveKey: node.func("void *EC_KEY_new_by_curve_name(int)"),
    freeCurveKey: node.func("void EC_KEY_free(void *)"),
    readScalar: node.func("int EC_KEY_oct2priv(void *, uint8_t *, size_t)"),
    curveOf: node.func("void *EC_KEY_get0_group(void *)"),
    newPoint: node.func("void *EC_POINT_new(void *)"),
    freePoint: node.func("void EC_POINT_free(void *)"),
    readPoint: node.func("int EC_POINT_oct2point(void *, void *, uint8_t *, size_t, void *)"),
    computeSecret: node.func("int ECDH_compute_key(uint8_t *, size_t, void *, void *, void *)"),
  };
  // The declarations above are what gives these functions their types.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return functions as Functions;
}
