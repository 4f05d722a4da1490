/** What an operation declares, and what it is given when it runs. */
import type { KeyUsageType } from "@aws-sdk/client-kms";
import type { ConditionFact } from "../policy/evaluation.ts";
import type { TrustedRoots } from "../attestation/certificate-chain.ts";
import type { AttestedRecipient } from "../attestation/verify-attestation.ts";
import type { Caller, RequestFacts } from "../service/caller.ts";
import type { ExternalKeys } from "../service/external-keys.ts";
import type { Identities } from "../service/identities.ts";
import type { KeyStorePasswords, TokenKeys } from "../service/token-keys.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import type { CallEvent, ServiceEvent, Trail, TrailResource } from "../service/trail.ts";
import type { GrantTerms, KeyMaterialRecord } from "../store/records.ts";
import type { Change, Store } from "../store/store.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import type { Checked, Input, OperationName, Output } from "./contract.ts";
import type { EncryptionContext } from "./encryption-context.ts";
import type { Key } from "./key.ts";
import type { StateRequirement } from "./key-state.ts";
import type { LastUsages } from "./last-usage.ts";
import type { RequestQuotas } from "./request-quotas.ts";
import type { Shapes } from "./shapes.ts";

/** Facts of a request that a policy's Condition block may ask for, beyond those of every request. */
export type ConditionFacts = Readonly<Record<string, ConditionFact | undefined>>;

/** What an operation may reach while it runs: this and nothing else. */
export interface Desk {
  readonly vault: VaultClient;
  readonly store: Store;
  readonly trail: Trail;
  readonly lastUsages: LastUsages;
  /** Those whose word is taken for what an attested recipient is. */
  readonly attestationRoots: TrustedRoots;
  /** Missing where nobody is to be throttled. */
  readonly requestQuotas?: RequestQuotas | undefined;
  /** The Regions that are served. */
  readonly regions: readonly string[];
  readonly externalKeys: ExternalKeys;
  readonly tokenKeys: TokenKeys;
  readonly keyStorePasswords: KeyStorePasswords;
  readonly secretAccessKeys: SecretAccessKeys;
  readonly identities: Identities;
  readonly caller: Caller;
  readonly facts: RequestFacts;
  readonly nowMs: number;
  /** Who alone may read the plaintext, when the call names someone: proven before anything else. */
  readonly recipient?: AttestedRecipient | undefined;
}

/** What came of a call: the answer, what is to be stored, and what the trail adds. */
export interface Outcome<Name extends OperationName> {
  readonly output: Output<Name>;
  /** Stored in one transaction together with the call's record, before the answer leaves. */
  readonly changes?: readonly Change[];
  /** Takes back what was done outside the store. Called when the changes were certainly not stored. */
  readonly takeBack?: () => Promise<void>;
  readonly responseElements?: Readonly<Record<string, unknown>>;
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  /** What the service does because of the call, alone or in another Region, on record beside it. */
  readonly serviceEvents?: readonly (CallEvent | ServiceEvent)[];
  /** References of key material that no memory keeps once the changes are stored. */
  readonly forgets?: readonly string[];
  /** Where the resources on record are not simply the keys in use. */
  readonly resources?: readonly TrailResource[];
}

interface Common<Name extends OperationName> {
  readonly name: Name;
  readonly input: Shapes<Input<Name>>;
  /** As CloudTrail's readOnly. */
  readonly readOnly: boolean;
  /** The output carries plaintext: it is composed in memory that is wiped. */
  readonly sensitive?: boolean;
  /** The output has no members: the body is empty. */
  readonly emptyBody?: boolean;
  /** Refuses combinations of members that need no key to be judged. */
  readonly validate?: (input: Checked<Input<Name>>) => void;
  /** The requestParameters on record. Never plaintext, key material or tokens. */
  readonly record: (input: Checked<Input<Name>>) => Readonly<Record<string, unknown>> | null;
}

/** One key that an operation uses: how it is named, and what must hold for it. */
export interface KeyUse<Name extends OperationName> {
  /** The IAM action without its prefix; also the word AWS uses in messages. */
  readonly action: string;
  readonly reference: (input: Checked<Input<Name>>) => string | undefined;
  /** Where a ciphertext blob names the key. */
  readonly ciphertext?: (input: Checked<Input<Name>>) => Uint8Array | undefined;
  readonly acceptsAlias: boolean;
  /** Only keys of this origin will do, whatever their state. */
  readonly origin?: "AWS_KMS" | "EXTERNAL";
  readonly state: StateRequirement;
  /** Cryptographic use: the key usage that is needed, and the algorithm that is asked for. */
  readonly usage?: KeyUsageType;
  /** Of the keys of that usage, only symmetric ones will do. */
  readonly symmetricOnly?: boolean;
  readonly algorithm?: (input: Checked<Input<Name>>) => string;
  /** Of what takes an encryption context: what was sent as one. Grants may ask for it. */
  readonly encryptionContext?: (input: Checked<Input<Name>>) => EncryptionContext | undefined;
  /** Of what makes a grant: its terms. A grantee may hand on less than it was granted. */
  readonly grantTerms?: (input: Checked<Input<Name>>) => GrantTerms;
  /** Refuses what does not fit this key: lengths, members that its kind does not take. */
  readonly check?: (input: Checked<Input<Name>>, key: Key) => void;
  readonly conditions?: (input: Checked<Input<Name>>) => ConditionFacts;
  /** What a policy may ask for that follows from the keys in use, in the order of the uses. */
  readonly keyConditions?: (
    keys: readonly [KeyInUse, ...KeyInUse[]],
    desk: Desk,
  ) => ConditionFacts | Promise<ConditionFacts>;
}

/** A key that was found, that the caller may use, and that is fit for the use. */
export interface KeyInUse {
  readonly key: Key;
  /** The key material that the ciphertext blob names, when the call carries one. */
  readonly blobMaterial: KeyMaterialRecord | undefined;
}

export interface KeyCall<Name extends OperationName> extends Desk {
  readonly input: Checked<Input<Name>>;
  readonly key: Key;
  readonly keys: readonly [KeyInUse, ...KeyInUse[]];
}

export interface AccountCall<Name extends OperationName> extends Desk {
  readonly input: Checked<Input<Name>>;
  /** Hears of the keys that the call turns out to be about: a refusal can name them on record. */
  readonly found: (keys: readonly KeyInUse[]) => void;
}

/** An operation on KMS keys. The corridor finds, authorizes and checks them first. */
export interface KeyOperation<Name extends OperationName> extends Common<Name> {
  readonly uses: readonly [KeyUse<Name>, ...KeyUse<Name>[]];
  /** A successful call counts as use of the key. */
  readonly countsAsUsage?: boolean;
  /** Refuses what a dry run is to be told of as well, and needs a look at what is stored. */
  readonly precondition?: (call: KeyCall<Name>) => Promise<void>;
  readonly run: (call: KeyCall<Name>) => Promise<Outcome<Name>>;
}

/** An operation on the account as a whole: CreateKey, ListKeys, GenerateRandom, … */
export interface AccountOperation<Name extends OperationName> extends Common<Name> {
  readonly conditions?: (input: Checked<Input<Name>>) => ConditionFacts;
  /** Whether the caller may is not for the caller's own policies alone to say: the work decides. */
  readonly authorizesItself?: boolean;
  readonly run: (call: AccountCall<Name>) => Promise<Outcome<Name>>;
}

export type Operation<Name extends OperationName> = KeyOperation<Name> | AccountOperation<Name>;

/** Ties a definition to its name, so the SDK's types flow into every member. */
export function keyOperation<Name extends OperationName>(
  name: Name,
  definition: Omit<KeyOperation<Name>, "name">,
): KeyOperation<Name> {
  return { name, ...definition };
}

export function accountOperation<Name extends OperationName>(
  name: Name,
  definition: Omit<AccountOperation<Name>, "name">,
): AccountOperation<Name> {
  return { name, ...definition };
}

/** The use most operations make of a key: the one KeyId names, for the action of the same name. */
export function useOfKeyId<Name extends OperationName>(
  action: Name,
  use: Pick<
    KeyUse<Name>,
    "origin" | "state" | "usage" | "algorithm" | "conditions" | "keyConditions"
  > & {
    readonly acceptsAlias?: boolean;
  },
): [KeyUse<Name>] {
  // Every operation that is declared with this use has a required KeyId.
  const reference = (input: Checked<Input<Name>>): string | undefined =>
    (input as { readonly KeyId?: string }).KeyId;
  return [{ acceptsAlias: false, ...use, action, reference }];
}
