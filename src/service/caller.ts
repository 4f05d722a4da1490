/** Who is calling. A value of this type exists only once authentication has succeeded. */
export interface Caller {
  /** The words of CloudTrail's userIdentity.type; Operator is our own, for the admin channel. */
  readonly type: "Root" | "IAMUser" | "AssumedRole" | "Operator";
  readonly accountId: string;
  readonly arn: string;
  readonly principalId: string;
  readonly accessKeyId?: string;
  /** Of an IAM user. */
  readonly userName?: string;
  /**
   * The texts of the identity policies that were attached to the caller when the request
   * came. Missing for an account's root identity, which needs none.
   */
  readonly identityPolicies?: readonly string[];
  /** The text of the policy that is the most the caller may do, where there is one. */
  readonly permissionsBoundary?: string;
  /** Of an assumed role. */
  readonly session?: RoleSession;
}

/**
 * All the policies that a caller brings along, for whoever decides: what forgot one of them
 * would allow too much.
 */
export function ownPoliciesOf({ identityPolicies, permissionsBoundary, session }: Caller) {
  return { identityPolicies, permissionsBoundary, sessionPolicy: session?.policy };
}

/** What is true of the session in which a role is assumed, as far as AWS tells policies of it. */
export interface RoleSession {
  readonly role: { readonly id: string; readonly arn: string; readonly name: string };
  readonly name: string;
  readonly issuedAtMs: number;
  /** What the session was limited to when it was made, beyond its role. */
  readonly policy?: string;
  /** Of the role, and those of the session in place of them: by key in lower case. */
  readonly principalTags: ReadonlyMap<string, string>;
  /** Those that sessions inherit which are made from this one. */
  readonly transitiveTags: readonly SessionTag[];
  readonly sourceIdentity?: string;
}

export interface SessionTag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** What is true of a request whoever sent it. Server-derived: no client header can set it. */
export interface RequestFacts {
  readonly requestId: string;
  readonly receivedAtMs: number;
  readonly region: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly host: string;
  readonly tls?: TlsFacts;
}

/** The connection's TLS properties, in the words of CloudTrail's tlsDetails. */
export interface TlsFacts {
  readonly tlsVersion: string;
  readonly cipherSuite: string;
  readonly keyExchange?: string;
}
