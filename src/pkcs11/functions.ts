/** From a PKCS#11 module's file to its functions, by way of the bridge that calls native code. */
import { createRequire } from "node:module";
import { requireOk } from "./return-values.ts";

/** Whatever number a module names something by. */
export type Handle = number | bigint;

/** A function of the module's as the bridge calls it. */
export interface Async<Parameters extends unknown[]> {
  readonly async: (...given: [...Parameters, (error: Error | null, rv: number) => void]) => void;
}

/** CK_ATTRIBUTE, in the order of its members. */
interface LaidAttribute {
  readonly type: number;
  readonly value: Buffer;
  readonly length: number;
}

type Lists = readonly LaidAttribute[];

/** A module's functions, all but the first on Node's thread pool; each returns a CK_RV. */
export interface Functions {
  readonly library: object;
  readonly initialize: (initializeArguments: Buffer) => number;
  readonly getSlotList: Async<[number, BigUint64Array, Handle[]]>;
  readonly getTokenInfo: Async<[Handle, Buffer]>;
  readonly getMechanismInfo: Async<[Handle, number, Buffer]>;
  readonly openSession: Async<[Handle, number, null, null, Handle[]]>;
  readonly closeSession: Async<[Handle]>;
  readonly closeAllSessions: Async<[Handle]>;
  readonly logIn: Async<[Handle, number, Buffer, number]>;
  readonly destroyObject: Async<[Handle, Handle]>;
  readonly getAttributeValue: Async<[Handle, Handle, Lists, number]>;
  readonly findObjectsInit: Async<[Handle, Lists, number]>;
  readonly findObjects: Async<[Handle, BigUint64Array, number, Handle[]]>;
  readonly findObjectsFinal: Async<[Handle]>;
  readonly encryptInit: Async<[Handle, object, Handle]>;
  readonly encrypt: Async<[Handle, Buffer, number, Buffer, Handle[]]>;
  readonly decryptInit: Async<[Handle, object, Handle]>;
  readonly decrypt: Async<[Handle, Buffer, number, Buffer, Handle[]]>;
  readonly generateKey: Async<[Handle, object, Lists, number, Handle[]]>;
  readonly generateRandom: Async<[Handle, Buffer, number]>;
}

/** A module that is loaded. The bridge unloads it when nobody holds this any more. */
interface Library {
  func(name: string, result: string, parameters: unknown[]): unknown;
}

/** The part of the bridge that is used here. */
interface Bridge {
  load(file: string): Library;
  struct(members: Readonly<Record<string, unknown>>): object;
  pointer(type: unknown): object;
  in(type: unknown): object;
  out(type: unknown): object;
  inout(type: unknown): object;
  proto(result: string, parameters: readonly unknown[]): object;
  decode(pointer: unknown, offset: number, type: string): unknown;
  decode(pointer: unknown, type: object): unknown;
}

const unsigned = "uint64_t";
const memory = "void *";
const pointerBytes = 8;

/**
 * Each function by its place in CK_FUNCTION_LIST, which begins with a version. Throws when
 * the bridge or the module cannot be loaded.
 */
export function loadFunctions(bridgeFile: string, moduleFile: string): Functions {
  // What an addon exports has no type but the one its documentation gives it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const bridge = createRequire(bridgeFile)(bridgeFile) as Bridge;
  const attributes = bridge.inout(
    bridge.pointer(bridge.struct({ type: unsigned, value: memory, length: unsigned })),
  );
  const number = bridge.pointer(unsigned);
  const [out, inOut] = [bridge.out(number), bridge.inout(number)];
  const plain = bridge.in(
    bridge.pointer(bridge.struct({ type: unsigned, parameter: memory, length: unsigned })),
  );
  const gcm = gcmType(bridge);
  const library = bridge.load(moduleFile);
  const list = functionList(bridge, library);
  const at = (place: number, ...parameters: unknown[]): unknown => {
    const address = bridge.decode(list, pointerBytes * (1 + place), memory);
    return bridge.decode(address, bridge.proto(unsigned, parameters));
  };
  const functions = {
    library,
    initialize: at(0, memory),
    getSlotList: at(4, "uint8_t", memory, inOut),
    getTokenInfo: at(6, unsigned, memory),
    getMechanismInfo: at(8, unsigned, unsigned, memory),
    openSession: at(12, unsigned, unsigned, memory, memory, out),
    closeSession: at(13, unsigned),
    closeAllSessions: at(14, unsigned),
    logIn: at(18, unsigned, unsigned, memory, unsigned),
    destroyObject: at(22, unsigned, unsigned),
    getAttributeValue: at(24, unsigned, unsigned, attributes, unsigned),
    findObjectsInit: at(26, unsigned, attributes, unsigned),
    findObjects: at(27, unsigned, memory, unsigned, out),
    findObjectsFinal: at(28, unsigned),
    encryptInit: at(29, unsigned, gcm, unsigned),
    encrypt: at(30, unsigned, memory, unsigned, memory, inOut),
    decryptInit: at(33, unsigned, gcm, unsigned),
    decrypt: at(34, unsigned, memory, unsigned, memory, inOut),
    generateKey: at(58, unsigned, plain, attributes, unsigned, out),
    generateRandom: at(64, unsigned, memory, unsigned),
  };
  // The declarations above are what gives these functions their types.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return functions as Functions;
}

/** CK_MECHANISM with CK_GCM_PARAMS. */
function gcmType(bridge: Bridge): object {
  const parameters = bridge.struct({
    iv: memory,
    ivLength: unsigned,
    ivBits: unsigned,
    associatedData: memory,
    associatedDataLength: unsigned,
    tagBits: unsigned,
  });
  const parameter = bridge.pointer(parameters);
  return bridge.in(bridge.pointer(bridge.struct({ type: unsigned, parameter, length: unsigned })));
}

function functionList(bridge: Bridge, library: Library): unknown {
  const list: unknown[] = [null];
  const parameters = [bridge.out(bridge.pointer(memory))];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const getFunctionList = library.func("C_GetFunctionList", unsigned, parameters) as (
    list: unknown[],
  ) => number;
  requireOk(getFunctionList(list), "C_GetFunctionList");
  return list[0];
}
