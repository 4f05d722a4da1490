/** A KMS on a bench with a token in memory beside it, which can be told to fail. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Input } from "../src/kms/contract.ts";
import type {
  KeyStorePasswords,
  TokenKey,
  TokenKeys,
  TokenProblem,
} from "../src/service/token-keys.ts";
import { certificates } from "./fuzz/test-certificates.ts";
import { kmsBench, type KmsBench } from "./kms-bench.ts";

export const clusterId = "cluster-2345672abcd";
export const otherClusterId = "cluster-3456723bcde";
export const password = "kmsuser password";
const algorithm = "aes-256-gcm";

/** What the operator's token holds, and how it is to fail. */
export interface TokenForTests {
  readonly keys: Map<string, Buffer>;
  /** The labels of the keys, by their ids. */
  readonly labels: Map<string, string>;
  /** Every command fails so; nothing for none. */
  problem: TokenProblem | undefined;
  isLoggedIn: boolean;
  /** How often somebody asked to log in. */
  logIns: number;
  /** Logging in takes until then. */
  logInHeld: Promise<void> | undefined;
}

export interface TokenBench {
  readonly kms: KmsBench;
  readonly token: TokenForTests;
  /** What CreateCustomKeyStore is sent for a key store in the token. */
  settings(changes?: Partial<Input<"CreateCustomKeyStore">>): Input<"CreateCustomKeyStore">;
  newKeyStore(changes?: Partial<Input<"CreateCustomKeyStore">>): Promise<string>;
  connect(customKeyStoreId: string): Promise<void>;
  disconnect(customKeyStoreId: string): Promise<void>;
  newKeyIn(customKeyStoreId: string): Promise<string>;
  close(): Promise<void>;
}

export async function tokenBench(): Promise<TokenBench> {
  const token: TokenForTests = {
    keys: new Map(),
    labels: new Map(),
    problem: undefined,
    isLoggedIn: false,
    logIns: 0,
    logInHeld: undefined,
  };
  const kms = await kmsBench({ tokens: (passwords) => tokenKeysOf(token, passwords) });
  const move = async (name: "ConnectCustomKeyStore" | "DisconnectCustomKeyStore", id: string) => {
    await kms.call(name, { CustomKeyStoreId: id });
    await kms.settleKeyStores();
  };
  const bench: TokenBench = {
    kms,
    token,
    settings: (changes = {}) => ({
      CustomKeyStoreName: "in the HSM",
      CloudHsmClusterId: clusterId,
      TrustAnchorCertificate: certificates[0].cert,
      KeyStorePassword: password,
      ...changes,
    }),
    async newKeyStore(changes) {
      const { CustomKeyStoreId } = await kms.call("CreateCustomKeyStore", bench.settings(changes));
      if (CustomKeyStoreId === undefined) throw new Error("no CustomKeyStoreId");
      return CustomKeyStoreId;
    },
    connect: async (customKeyStoreId) => await move("ConnectCustomKeyStore", customKeyStoreId),
    disconnect: async (customKeyStoreId) =>
      await move("DisconnectCustomKeyStore", customKeyStoreId),
    newKeyIn: async (CustomKeyStoreId) =>
      await kms.newKey({ Origin: "AWS_CLOUDHSM", CustomKeyStoreId }),
    close: async () => await kms.close(),
  };
  return bench;
}

function tokenKeysOf(token: TokenForTests, passwords: KeyStorePasswords): TokenKeys {
  const keyOf = ({ tokenKeyId }: TokenKey) => token.keys.get(nameOf(tokenKeyId));
  return {
    async find({ clusterId: asked }) {
      if (asked !== clusterId && asked !== otherClusterId) return failed("cluster-unknown");
      return token.problem === undefined ? { done: true } : failed(token.problem);
    },
    async connect(keyStore) {
      token.logIns += 1;
      await token.logInHeld;
      if (token.problem !== undefined) return failed(token.problem);
      const opened = await passwords.open(keyStore, keyStore.sealedPassword);
      if (Buffer.from(opened).toString() !== password) return failed("pin-incorrect");
      token.isLoggedIn = true;
      return { done: true };
    },
    async disconnect() {
      token.isLoggedIn = false;
      return { done: true };
    },
    async create(key, label) {
      if (token.problem !== undefined) return failed(token.problem);
      token.keys.set(nameOf(key.tokenKeyId), randomBytes(32));
      token.labels.set(nameOf(key.tokenKeyId), label);
      return { keyHandle: "01" };
    },
    async destroy(key) {
      if (token.problem !== undefined) return failed(token.problem);
      token.keys.delete(nameOf(key.tokenKeyId));
      return { done: true };
    },
    async encrypt(named, { plaintext, associatedData }) {
      const key = keyOf(named);
      if (token.problem !== undefined) return failed(token.problem);
      if (key === undefined) return failed("key-missing");
      const initializationVector = randomBytes(12);
      const cipher = createCipheriv(algorithm, key, initializationVector).setAAD(associatedData);
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return { initializationVector, authenticationTag: cipher.getAuthTag(), ciphertext };
    },
    async decrypt(named, { initializationVector, authenticationTag, ciphertext, associatedData }) {
      const key = keyOf(named);
      if (token.problem !== undefined) return failed(token.problem);
      if (key === undefined) return failed("key-missing");
      try {
        const decipher = createDecipheriv(algorithm, key, initializationVector)
          .setAAD(associatedData)
          .setAuthTag(authenticationTag);
        return { plaintext: Buffer.concat([decipher.update(ciphertext), decipher.final()]) };
      } catch {
        return failed("rejected");
      }
    },
    async generateRandom(_keyStore, lengthBytes) {
      if (token.problem !== undefined) return failed(token.problem);
      return { bytes: randomBytes(lengthBytes) };
    },
  };
}

function failed(problem: TokenProblem) {
  return { failed: problem } as const;
}

function nameOf(keyId: Uint8Array): string {
  return Buffer.from(keyId).toString("hex");
}
