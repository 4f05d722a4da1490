/**
 * What the store remembers. Every mutable record carries a row version: a change names
 * the version it was made from, and is refused when another change came first.
 */
interface Versioned {
  /** 1 when first stored, one more at each change. */
  readonly rowVersion: number;
}

export interface AccountRecord extends Versioned {
  readonly accountId: string;
  readonly name: string;
  readonly createdAtMs: number;
}

export interface AccessKeyRecord extends Versioned {
  readonly accessKeyId: string;
  readonly accountId: string;
  /** Null for an access key of the account's root identity. */
  readonly userId: string | null;
  readonly status: "Active" | "Inactive";
  /** Sealed by the vault; the secret access key itself is never stored. */
  readonly wrappedSecret: Uint8Array;
  readonly createdAtMs: number;
}

/** A policy of one identity alone. */
export interface InlinePolicy {
  readonly PolicyName: string;
  /** The text as it was sent. */
  readonly PolicyDocument: string;
}

/** An IAM user. */
export interface UserRecord extends Versioned {
  /** AIDA and 17 characters: no other identity ever has it, nor one of the same name later. */
  readonly userId: string;
  readonly accountId: string;
  readonly userName: string;
  /** The name in lower case: no two users of an account have names that differ by case alone. */
  readonly foldedName: string;
  /** With both its slashes. */
  readonly path: string;
  readonly policies: readonly InlinePolicy[];
  /** The ids of managed policies, in the order in which they were attached. */
  readonly attachedPolicies: readonly string[];
  readonly groupIds: readonly string[];
  /** The id of the managed policy that is the most the user may do; null for no such limit. */
  readonly permissionsBoundary: string | null;
  readonly createdAtMs: number;
}

/** A group of users, who have its policies besides their own. */
export interface GroupRecord extends Versioned {
  /** AGPA and 17 characters. */
  readonly groupId: string;
  readonly accountId: string;
  readonly groupName: string;
  /** The name in lower case: no two groups of an account have names that differ by case alone. */
  readonly foldedName: string;
  /** With both its slashes. */
  readonly path: string;
  readonly policies: readonly InlinePolicy[];
  /** As those of a user. */
  readonly attachedPolicies: readonly string[];
  readonly createdAtMs: number;
}

/** A policy that can be attached to many identities. */
export interface ManagedPolicyRecord extends Versioned {
  /** ANPA and 17 characters: a policy of the same name later has another. */
  readonly policyId: string;
  /** "aws" for those that AWS manages, which are in no store. */
  readonly accountId: string;
  readonly policyName: string;
  /** The name in lower case: no two policies of an account have names that differ by case alone. */
  readonly foldedName: string;
  /** With both its slashes. */
  readonly path: string;
  readonly description: string | null;
  /** The version that is in effect. */
  readonly defaultVersionId: string;
  /** Oldest first. */
  readonly versions: readonly PolicyVersion[];
  /** How many there ever were: no version gets the id of one that was deleted. */
  readonly versionsMade: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface PolicyVersion {
  /** v1, v2 and so on. */
  readonly versionId: string;
  /** The text as it was sent. */
  readonly document: string;
  readonly createdAtMs: number;
}

/** An IAM role. */
export interface RoleRecord extends Versioned {
  /** AROA and 17 characters: no other identity ever has it, nor one of the same name later. */
  readonly roleId: string;
  readonly accountId: string;
  readonly roleName: string;
  /** The name in lower case: no two roles of an account have names that differ by case alone. */
  readonly foldedName: string;
  /** With both its slashes. */
  readonly path: string;
  readonly description: string | null;
  /** Who may assume it: the text as it was sent. */
  readonly trustPolicy: string;
  /** Who its principals were when it was sent: the unique id of each user and role, by ARN. */
  readonly trustedIds: Readonly<Record<string, string>>;
  readonly policies: readonly InlinePolicy[];
  readonly tags: readonly Tag[];
  /** As those of a user. */
  readonly attachedPolicies: readonly string[];
  readonly permissionsBoundary: string | null;
  readonly maxSessionSeconds: number;
  readonly createdAtMs: number;
}

/** Immutable once stored. */
export interface DomainKeyRecord {
  readonly number: number;
  readonly wrapped: Uint8Array;
  readonly createdAtMs: number;
}

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** Names one KMS key: ids are unique within an account and Region. */
export interface KeyName {
  readonly accountId: string;
  readonly region: string;
  readonly keyId: string;
}

export interface KeyRecord extends Versioned, KeyName {
  readonly keySpec: string;
  readonly keyUsage: string;
  readonly origin: string;
  readonly keyManager: "CUSTOMER" | "AWS";
  readonly multiRegion: boolean;
  readonly keyState: string;
  readonly description: string;
  /** The key policy as it was sent, but for users: those stand in it by their unique ids. */
  readonly policy: string;
  readonly tags: readonly Tag[];
  readonly createdAtMs: number;
  /** When a key that is pending deletion is to be deleted. */
  readonly deletionAtMs: number | null;
  /** The waiting period of a primary key that waits for its replicas to be deleted. */
  readonly pendingWindowDays: number | null;
  /** Where the primary of a multi-Region key is; null for a single-Region key. */
  readonly primaryRegion: string | null;
  /** The reference of the current key material, 32 hex digits; null before the first import. */
  readonly currentMaterial: string | null;
  /** Days between automatic rotations; null while automatic rotation is off. */
  readonly rotationPeriodDays: number | null;
  readonly nextRotationAtMs: number | null;
  readonly onDemandRotations: number;
  /** The earliest time at which imported key material expires; null for never. */
  readonly materialValidToMs: number | null;
  /** The custom key store the key is in; null for one of the vault's own. */
  readonly customKeyStoreId: string | null;
  /** Names the external key behind a key in an external key store. */
  readonly xksKeyId: string | null;
}

/** Names one custom key store. */
export interface CustomKeyStoreName {
  readonly accountId: string;
  readonly region: string;
  readonly customKeyStoreId: string;
}

/**
 * A custom key store: an external one, behind an XKS proxy, or one of type AWS_CLOUDHSM, in a
 * token. What belongs to the other type is null.
 */
export interface CustomKeyStoreRecord extends Versioned, CustomKeyStoreName {
  readonly customKeyStoreName: string;
  readonly connectionState:
    | "CONNECTED"
    | "CONNECTING"
    | "FAILED"
    | "DISCONNECTED"
    | "DISCONNECTING";
  /** Why it is FAILED; null in every other state. */
  readonly connectionErrorCode: string | null;
  readonly customKeyStoreType: "EXTERNAL_KEY_STORE" | "AWS_CLOUDHSM";
  readonly uriEndpoint: string | null;
  readonly uriPath: string | null;
  /** The credential that the proxy knows us by. */
  readonly accessKeyId: string | null;
  /** The cluster that the operator's token stands for. */
  readonly clusterId: string | null;
  /** A certificate, PEM, as it was sent. */
  readonly trustAnchor: string | null;
  /** Sealed by the vault: the credential's secret, or the password of the cluster's user. */
  readonly wrappedSecret: Uint8Array;
  readonly createdAtMs: number;
}

/** One generation of key material, wrapped by the vault. */
export interface KeyMaterialRecord extends Versioned, KeyName {
  /** 32 hex digits; stands in every ciphertext blob made with this material. */
  readonly reference: string;
  /** The public key material id, 64 hex digits. */
  readonly keyMaterialId: string;
  /** Null while imported key material is deleted or has expired. */
  readonly wrapped: Uint8Array | null;
  /** DER SubjectPublicKeyInfo of an asymmetric key. */
  readonly publicKey: Uint8Array | null;
  readonly createdAtMs: number;
  /** 0 for the first material of a key, one more for each that follows. */
  readonly generation: number;
  /** Why and when this material became current; null for the first, and while it waits to be. */
  readonly rotationType: "AUTOMATIC" | "ON_DEMAND" | null;
  readonly rotatedAtMs: number | null;
  /** What its owner said of imported key material. */
  readonly description: string | null;
  /** When imported key material expires; null for never. */
  readonly validToMs: number | null;
}

/** A wrapping key that GetParametersForImport made, until it is used or expires. Immutable. */
export interface ImportKeyRecord extends KeyName {
  /** 32 hex digits; stands in the import token. */
  readonly importId: string;
  readonly wrapped: Uint8Array;
  readonly wrappingAlgorithm: string;
  readonly expiresAtMs: number;
}

export interface AliasRecord extends Versioned {
  readonly accountId: string;
  readonly region: string;
  /** The whole name, alias/ included. */
  readonly aliasName: string;
  readonly targetKeyId: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What a grant allows: these operations, as far as the constraints hold. */
export interface GrantTerms {
  readonly operations: readonly string[];
  readonly constraints: GrantConstraintsRecord;
}

/** The grants of one key to one grantee, as far as they are looked at for every request. */
export interface GranteeTerms {
  /** Those without a context key; of equal ones, each once. */
  readonly inAnyContext: readonly GrantTerms[];
  /** There are others, which have one. */
  readonly inSomeContext: boolean;
}

export interface GrantConstraintsRecord {
  readonly EncryptionContextEquals?: Readonly<Record<string, string>>;
  readonly EncryptionContextSubset?: Readonly<Record<string, string>>;
  readonly SourceArn?: string;
}

/** A permission to use one key, given to one principal. Immutable. */
export interface GrantRecord extends KeyName, GrantTerms {
  /** 64 hex digits, unique among all keys. */
  readonly grantId: string;
  /** The unique id of a user, the ARN of another principal, or the name of a service. */
  readonly grantee: string;
  /** Who may retire the grant, named in the same way; null for nobody in particular. */
  readonly retiring: string | null;
  /**
   * What a request has to bring along for the grant to allow it, one thing of several
   * perhaps: grants are found by it. Empty when every request may do.
   */
  readonly contextKey: string;
  /** The account whose caller made the grant. */
  readonly issuer: string;
  /** Empty for a grant without a name. */
  readonly name: string;
  /** What was asked for, hashed, of a grant with a name: one that is there is not made again. */
  readonly requestHash: string | null;
  readonly createdAtMs: number;
}

/** How far time is known to have gone, by those who destroy what is due. */
export interface ClockRecord {
  readonly name: string;
  readonly seenAtMs: number;
  /** The time since the start of the host, at that time. */
  readonly elapsedMs: number;
  /** Which start of the host that was; null where a host does not say. */
  readonly bootId: string | null;
  /** When the clock was found ahead of that, while it still is; null while it is believed. */
  readonly doubtedSinceMs: number | null;
  /** How far ahead it was found. */
  readonly leadMs: number | null;
}

/** The last successful cryptographic use of a key. */
export interface KeyLastUsageRecord extends KeyName {
  readonly operation: string;
  readonly usedAtMs: number;
  readonly eventId: string;
  readonly requestId: string;
}
