/**
 * Signatures over a digest that the caller made. node:crypto has no call for them, so they
 * are made by the OpenSSL inside the node binary, through EVP_PKEY_sign and
 * EVP_PKEY_verify: the same constant-time code that signs messages. The bridge to it is
 * the one addon the vault loads, and only when the first digest comes.
 */
import { createRequire } from "node:module";
import type { KeyObject } from "node:crypto";
import { Places } from "../places.ts";
import type { SignatureAlgorithm } from "./signatures.ts";

/** OpenSSL's functions, as the bridge calls them. Pointers are opaque. */
interface OpenSsl {
  readonly readPrivateKey: (key: null, der: [Buffer], length: number) => unknown;
  readonly newContext: (key: unknown, engine: null) => unknown;
  readonly beginSign: (context: unknown) => number;
  readonly beginVerify: (context: unknown) => number;
  readonly set: (context: unknown, name: string, value: string) => number;
  readonly sign: Async<[unknown, Buffer, [number], Buffer, number], number>;
  readonly verify: Async<[unknown, Buffer, number, Buffer, number], number>;
  readonly freeContext: (context: unknown) => void;
  readonly freeKey: (key: unknown) => void;
}

interface Async<Parameters extends unknown[], Result> {
  readonly async: (...call: [...Parameters, (error: Error | null, result: Result) => void]) => void;
}

/** Longer than any signature made here: RSA_4096 makes 512 bytes. */
const signatureRoom = 1024;

/** The bridge throws when some 300 calls are under way; libuv runs four at once anyhow. */
const callsAtOnce = 16;

/** Digests signed and verified by OpenSSL, once the bridge to it is loaded. */
export class DigestSignatures {
  readonly #bridge: string;
  readonly #places = new Places(callsAtOnce);
  #loaded: OpenSsl | undefined;

  /** `bridge` is the addon's file. */
  constructor(bridge: string) {
    this.#bridge = bridge;
  }

  get #openSsl(): OpenSsl {
    this.#loaded ??= loadOpenSsl(this.#bridge);
    return this.#loaded;
  }

  /** Signs a digest of the algorithm's own length. */
  async sign(algorithm: SignatureAlgorithm, digest: Buffer, key: KeyObject): Promise<Buffer> {
    const { sign, beginSign } = this.#openSsl;
    const signature = Buffer.alloc(signatureRoom);
    const length: [number] = [signatureRoom];
    const done = await this.#withContext(
      key,
      algorithm,
      beginSign,
      async (context) => await call(sign, context, signature, length, digest, digest.length),
    );
    const made = signature.subarray(0, length[0]);
    if (done !== 1 || !(await this.verify(algorithm, digest, made, key))) {
      throw new Error("a digest could not be signed");
    }
    return made;
  }

  async verify(
    algorithm: SignatureAlgorithm,
    digest: Buffer,
    signature: Buffer,
    key: KeyObject,
  ): Promise<boolean> {
    const { verify, beginVerify } = this.#openSsl;
    const verified = await this.#withContext(
      key,
      algorithm,
      beginVerify,
      async (context) =>
        await call(verify, context, signature, signature.length, digest, digest.length),
    );
    return verified === 1;
  }

  async #withContext<Result>(
    key: KeyObject,
    algorithm: SignatureAlgorithm,
    begin: (context: unknown) => number,
    work: (context: unknown) => Promise<Result>,
  ): Promise<Result> {
    return await this.#places.run(async () => await this.#useContext(key, algorithm, begin, work));
  }

  async #useContext<Result>(
    key: KeyObject,
    algorithm: SignatureAlgorithm,
    begin: (context: unknown) => number,
    work: (context: unknown) => Promise<Result>,
  ): Promise<Result> {
    const { readPrivateKey, newContext, set, freeContext, freeKey } = this.#openSsl;
    const der = key.export({ type: "pkcs8", format: "der" });
    const pkey = readPrivateKey(null, [der], der.length);
    der.fill(0);
    const context = newContext(pkey, null);
    try {
      const isReady =
        begin(context) === 1 &&
        settingsOf(algorithm).every(([name, value]) => set(context, name, value) === 1);
      if (!isReady) throw new Error("OpenSSL refused the parameters of a signature");
      return await work(context);
    } finally {
      freeContext(context);
      freeKey(pkey);
    }
  }
}

function settingsOf({ padding, hash }: SignatureAlgorithm): (readonly [string, string])[] {
  const settings: (readonly [string, string])[] = [];
  if (padding !== undefined) settings.push(["rsa_padding_mode", padding]);
  if (hash !== undefined) settings.push(["digest", hash]);
  if (padding === "pss") settings.push(["rsa_pss_saltlen", "digest"]);
  return settings;
}

async function call<Parameters extends unknown[], Result>(
  func: Async<Parameters, Result>,
  ...parameters: Parameters
): Promise<Result> {
  return await new Promise<Result>((resolve, reject) => {
    func.async(...parameters, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

/** The part of the bridge that is used here. */
interface Bridge {
  load(file: null): { func(declaration: string): unknown };
}

function loadOpenSsl(file: string): OpenSsl {
  // What an addon exports has no type but the one its documentation gives it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const bridge = createRequire(file)(file) as Bridge;
  const node = bridge.load(null);
  const functions = {
    readPrivateKey: node.func("void *d2i_AutoPrivateKey(void *, _Inout_ void **, long)"),
    newContext: node.func("void *EVP_PKEY_CTX_new(void *, void *)"),
    beginSign: node.func("int EVP_PKEY_sign_init(void *)"),
    beginVerify: node.func("int EVP_PKEY_verify_init(void *)"),
    set: node.func("int EVP_PKEY_CTX_ctrl_str(void *, const char *, const char *)"),
    sign: node.func("int EVP_PKEY_sign(void *, uint8_t *, _Inout_ size_t *, uint8_t *, size_t)"),
    verify: node.func("int EVP_PKEY_verify(void *, uint8_t *, size_t, uint8_t *, size_t)"),
    freeContext: node.func("void EVP_PKEY_CTX_free(void *)"),
    freeKey: node.func("void EVP_PKEY_free(void *)"),
  };
  // The declarations above are what gives these functions their types.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return functions as OpenSsl;
}
