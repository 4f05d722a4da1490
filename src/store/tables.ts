/**
 * Each table, described once. Statements and row conversions of every database that
 * stands behind the store are derived from here.
 */
import type { TableName, Tables } from "./store.ts";

/** How a value is kept. json is text, boolean is 0 or 1, integers are safe integers. */
export type BasicType = "text" | "integer" | "boolean" | "blob" | "json";
export type ColumnType = BasicType | `${BasicType} or null`;

type BasicTypeFor<Value> = Value extends string
  ? "text"
  : Value extends number
    ? "integer"
    : Value extends boolean
      ? "boolean"
      : Value extends Uint8Array
        ? "blob"
        : "json";

type ColumnTypeFor<Value> = null extends Value
  ? `${BasicTypeFor<NonNullable<Value>>} or null`
  : BasicTypeFor<Value>;

/**
 * What may become of a stored record: `versioned` ones are updated under their row
 * version, `replaceable` ones are overwritten, `immutable` ones stay as they are.
 * All can be deleted.
 */
export type Mutability = "versioned" | "replaceable" | "immutable";

export interface TableDescription<Stored> {
  readonly name: string;
  readonly mutability: Mutability;
  readonly primaryKey: readonly (keyof Stored & string)[];
  /** One column for every member of the record: the compiler asks for each. */
  readonly columns: { readonly [Member in keyof Stored]-?: ColumnTypeFor<Stored[Member]> };
}

/** A description whose record type does not matter. */
export interface AnyTable {
  readonly name: string;
  readonly mutability: Mutability;
  readonly primaryKey: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
}

const keyName = { accountId: "text", region: "text", keyId: "text" } as const;

export const tables: { readonly [Table in TableName]: TableDescription<Tables[Table]> } = {
  accounts: {
    name: "accounts",
    mutability: "versioned",
    primaryKey: ["accountId"],
    columns: { accountId: "text", name: "text", createdAtMs: "integer", rowVersion: "integer" },
  },
  accessKeys: {
    name: "access_keys",
    mutability: "versioned",
    primaryKey: ["accessKeyId"],
    columns: {
      accessKeyId: "text",
      accountId: "text",
      userId: "text or null",
      status: "text",
      wrappedSecret: "blob",
      createdAtMs: "integer",
      rowVersion: "integer",
    },
  },
  users: {
    name: "users",
    mutability: "versioned",
    primaryKey: ["userId"],
    columns: {
      userId: "text",
      accountId: "text",
      userName: "text",
      foldedName: "text",
      path: "text",
      policies: "json",
      attachedPolicies: "json",
      groupIds: "json",
      permissionsBoundary: "text or null",
      createdAtMs: "integer",
      rowVersion: "integer",
    },
  },
  roles: {
    name: "roles",
    mutability: "versioned",
    primaryKey: ["roleId"],
    columns: {
      roleId: "text",
      accountId: "text",
      roleName: "text",
      foldedName: "text",
      path: "text",
      description: "text or null",
      trustPolicy: "text",
      trustedIds: "json",
      policies: "json",
      tags: "json",
      attachedPolicies: "json",
      permissionsBoundary: "text or null",
      maxSessionSeconds: "integer",
      createdAtMs: "integer",
      rowVersion: "integer",
    },
  },
  groups: {
    name: "groups",
    mutability: "versioned",
    primaryKey: ["groupId"],
    columns: {
      groupId: "text",
      accountId: "text",
      groupName: "text",
      foldedName: "text",
      path: "text",
      policies: "json",
      attachedPolicies: "json",
      createdAtMs: "integer",
      rowVersion: "integer",
    },
  },
  managedPolicies: {
    name: "managed_policies",
    mutability: "versioned",
    primaryKey: ["policyId"],
    columns: {
      policyId: "text",
      accountId: "text",
      policyName: "text",
      foldedName: "text",
      path: "text",
      description: "text or null",
      defaultVersionId: "text",
      versions: "json",
      versionsMade: "integer",
      createdAtMs: "integer",
      updatedAtMs: "integer",
      rowVersion: "integer",
    },
  },
  domainKeys: {
    name: "domain_keys",
    mutability: "immutable",
    primaryKey: ["number"],
    columns: { number: "integer", wrapped: "blob", createdAtMs: "integer" },
  },
  keys: {
    name: "keys",
    mutability: "versioned",
    primaryKey: ["accountId", "region", "keyId"],
    columns: {
      ...keyName,
      keySpec: "text",
      keyUsage: "text",
      origin: "text",
      keyManager: "text",
      multiRegion: "boolean",
      keyState: "text",
      description: "text",
      policy: "text",
      tags: "json",
      createdAtMs: "integer",
      deletionAtMs: "integer or null",
      pendingWindowDays: "integer or null",
      primaryRegion: "text or null",
      currentMaterial: "text or null",
      rotationPeriodDays: "integer or null",
      nextRotationAtMs: "integer or null",
      onDemandRotations: "integer",
      materialValidToMs: "integer or null",
      customKeyStoreId: "text or null",
      xksKeyId: "text or null",
      rowVersion: "integer",
    },
  },
  customKeyStores: {
    name: "custom_key_stores",
    mutability: "versioned",
    primaryKey: ["accountId", "region", "customKeyStoreId"],
    columns: {
      accountId: "text",
      region: "text",
      customKeyStoreId: "text",
      customKeyStoreName: "text",
      connectionState: "text",
      connectionErrorCode: "text or null",
      customKeyStoreType: "text",
      uriEndpoint: "text or null",
      uriPath: "text or null",
      accessKeyId: "text or null",
      clusterId: "text or null",
      trustAnchor: "text or null",
      wrappedSecret: "blob",
      createdAtMs: "integer",
      rowVersion: "integer",
    },
  },
  keyMaterials: {
    name: "key_materials",
    mutability: "versioned",
    primaryKey: ["accountId", "region", "keyId", "reference"],
    columns: {
      ...keyName,
      reference: "text",
      keyMaterialId: "text",
      wrapped: "blob or null",
      publicKey: "blob or null",
      createdAtMs: "integer",
      generation: "integer",
      rotationType: "text or null",
      rotatedAtMs: "integer or null",
      description: "text or null",
      validToMs: "integer or null",
      rowVersion: "integer",
    },
  },
  importKeys: {
    name: "import_keys",
    mutability: "immutable",
    primaryKey: ["accountId", "region", "keyId", "importId"],
    columns: {
      ...keyName,
      importId: "text",
      wrapped: "blob",
      wrappingAlgorithm: "text",
      expiresAtMs: "integer",
    },
  },
  aliases: {
    name: "aliases",
    mutability: "versioned",
    primaryKey: ["accountId", "region", "aliasName"],
    columns: {
      accountId: "text",
      region: "text",
      aliasName: "text",
      targetKeyId: "text",
      createdAtMs: "integer",
      updatedAtMs: "integer",
      rowVersion: "integer",
    },
  },
  grants: {
    name: "grants",
    mutability: "immutable",
    primaryKey: ["accountId", "region", "keyId", "grantId"],
    columns: {
      ...keyName,
      grantId: "text",
      grantee: "text",
      retiring: "text or null",
      issuer: "text",
      name: "text",
      operations: "json",
      constraints: "json",
      contextKey: "text",
      requestHash: "text or null",
      createdAtMs: "integer",
    },
  },
  clocks: {
    name: "clocks",
    mutability: "replaceable",
    primaryKey: ["name"],
    columns: {
      name: "text",
      seenAtMs: "integer",
      elapsedMs: "integer",
      bootId: "text or null",
      doubtedSinceMs: "integer or null",
      leadMs: "integer or null",
    },
  },
  keyLastUsages: {
    name: "key_last_usages",
    mutability: "replaceable",
    primaryKey: ["accountId", "region", "keyId"],
    columns: {
      ...keyName,
      operation: "text",
      usedAtMs: "integer",
      eventId: "text",
      requestId: "text",
    },
  },
};

/** The SQL name of the column that keeps a record's member: createdAtMs is created_at_ms. */
export function columnName(member: string): string {
  return member.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}
