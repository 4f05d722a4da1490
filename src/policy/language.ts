/** What a policy document says, once it has been read: plain data, checked but not compiled. */

export type PolicyVersion = "2008-10-17" | "2012-10-17";

export interface PolicyDocument {
  readonly version: PolicyVersion;
  readonly id?: string;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  /** None in an identity policy, which speaks of whomever it is attached to. */
  readonly principal?: Element<PolicyPrincipal>;
  /** A statement without actions or without resources is accepted and matches nothing. */
  readonly action?: Element<string>;
  readonly resource?: Element<string>;
  readonly conditions: readonly ConditionClause[];
}

/** An element and its complement: Action and NotAction, and so on. */
export interface Element<Value> {
  readonly negated: boolean;
  readonly values: readonly Value[];
}

/** Whom a Principal element can name. */
export type PolicyPrincipal =
  | { readonly kind: "everyone" }
  | { readonly kind: "account"; readonly accountId: string }
  | {
      readonly kind: "user" | "role" | "assumed-role" | "federated-user";
      readonly accountId: string;
      readonly arn: string;
    }
  /** AIDA…, AROA… or AROA…:session: what an ARN is replaced by in a policy that is kept. */
  | { readonly kind: "unique-id"; readonly id: string }
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "federated"; readonly provider: string };

/** One operator applied to one condition key. */
export interface ConditionClause {
  /** As written, with its set operator and its IfExists. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** Policy variables exist only since the version of 2012; before, ${…} is plain text. */
export function hasVariables(version: PolicyVersion): boolean {
  return version === "2012-10-17";
}
