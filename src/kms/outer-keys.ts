/** The keys outside the vault that encrypt a second time what it has sealed. */
import {
  type ExternalCiphertext,
  type ExternalKeyName,
  hasFailed,
} from "../service/external-keys.ts";
import type { TokenKey } from "../service/token-keys.ts";
import { materialReferenceOf, suites } from "./ciphertext-blob.ts";
import type { OperationName } from "./contract.ts";
import type { EncryptionContext } from "./encryption-context.ts";
import type { Key } from "./key.ts";
import { externalKeyOf, requireFoundKeyStore } from "./key-stores.ts";
import type { Desk } from "./operation.ts";
import { hasProblem, tokenKeyNotUsable } from "./token-failures.ts";
import { tokenKeyOf, tokenOrigin } from "./token-key.ts";
import { cryptographyFailed } from "./xks-failures.ts";

/** What a ciphertext blob is bound to, and who asks for it. */
export interface OuterUse {
  readonly operation: OperationName;
  readonly key: Key;
  readonly context: EncryptionContext | undefined;
}

export type OuterDesk = Pick<Desk, "externalKeys" | "tokenKeys" | "caller" | "facts">;

/** Rejects with the KmsError that the caller is to get. */
export interface OuterKey {
  /** What blobs of such keys say they are. */
  readonly suite: number;
  encrypt(message: {
    readonly plaintext: Uint8Array;
    readonly associatedData: Uint8Array;
  }): Promise<ExternalCiphertext>;
  /** Nothing for what it did not encrypt, where it can tell that from other failures. */
  decrypt(
    message: ExternalCiphertext & { readonly associatedData: Uint8Array },
  ): Promise<Uint8Array | undefined>;
}

/** The outer key of a blob that names its key material. Nothing for a key of the vault's own. */
export function outerKeyOf(blob: Uint8Array, use: OuterUse, desk: OuterDesk): OuterKey | undefined {
  if (use.key.customKeyStoreId === null) return undefined;
  if (use.key.origin === tokenOrigin) {
    const keyStore = requireFoundKeyStore(use.key);
    return keyInToken(tokenKeyOf(keyStore, materialReferenceOf(blob)), desk);
  }
  const externalKey = externalKeyOf(use.key);
  return externalKey && keyBehindProxy(externalKey, use, desk);
}

function keyBehindProxy(externalKey: ExternalKeyName, use: OuterUse, desk: OuterDesk): OuterKey {
  const { externalKeys } = desk;
  return {
    suite: suites.external,
    async encrypt(message) {
      const answer = await externalKeys.encrypt(externalKey, message, causeOf(use, desk));
      if (hasFailed(answer)) throw cryptographyFailed(answer.failed);
      return answer;
    },
    async decrypt(message) {
      const answer = await externalKeys.decrypt(externalKey, message, causeOf(use, desk));
      if (hasFailed(answer)) throw cryptographyFailed(answer.failed);
      return answer.plaintext;
    },
  };
}

function keyInToken(tokenKey: TokenKey, { tokenKeys }: OuterDesk): OuterKey {
  return {
    suite: suites.token,
    async encrypt(message) {
      const answer = await tokenKeys.encrypt(tokenKey, message);
      if (hasProblem(answer)) throw tokenKeyNotUsable(answer.failed);
      return { ...answer, metadata: new Uint8Array() };
    },
    async decrypt({ metadata, ...message }) {
      // A token has nothing to add to a ciphertext.
      if (metadata.length > 0 || !isOfTokenLengths(message)) return undefined;
      const answer = await tokenKeys.decrypt(tokenKey, message);
      if (!hasProblem(answer)) return answer.plaintext;
      if (answer.failed === "rejected") return undefined;
      throw tokenKeyNotUsable(answer.failed);
    },
  };
}

/** Whether it is as a token's AES-GCM leaves it: what is not was made by somebody else. */
function isOfTokenLengths({
  initializationVector,
  authenticationTag,
}: Pick<ExternalCiphertext, "initializationVector" | "authenticationTag">): boolean {
  return initializationVector.length === 12 && authenticationTag.length === 16;
}

function causeOf({ operation, key }: OuterUse, { caller, facts }: OuterDesk) {
  return {
    kmsOperation: operation,
    kmsRequestId: facts.requestId,
    awsPrincipalArn: caller.arn,
    kmsKeyArn: key.arn,
  };
}
