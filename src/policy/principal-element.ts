/**
 * The Principal element: who a statement is about. IAM User Guide, "AWS JSON policy
 * elements: Principal". No wildcard but the lone "*", and never a group.
 */
import type { Json } from "./json.ts";
import type { PolicyPrincipal } from "./language.ts";
import { PolicyError, malformed } from "./policy-error.ts";

const accountId = /^[0-9]{12}$/;
/** Of a session, its name follows the id of its role. */
const uniqueId = /^(?:AIDA[A-Z0-9]{12,124}|AROA[A-Z0-9]{12,124}(?::[A-Za-z0-9_+=,.@-]{2,64})?)$/;
const identityArn = /^arn:aws(?:-[a-z]+)*:(iam|sts)::([0-9]{12}):([!-~]+)$/;
const name = /^[A-Za-z0-9_+=,.@-]{1,64}$/;
const sessionName = /^[A-Za-z0-9_+=,.@-]{2,64}$/;
const hostName = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const providerArn = /^arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:saml|oidc)-provider\/[!-)+->@-~]+$/;
/** IAM paths, with both their slashes. */
const pathLengthMax = 512;

const readers: ReadonlyMap<string, (text: string) => PolicyPrincipal | undefined> = new Map([
  ["AWS", readAws],
  ["Service", readService],
  ["Federated", readFederated],
]);

/**
 * Reads "*" or an object of principal types. Throws a PolicyError: "malformed" for a wrong
 * structure, "invalid-principal" for text that can be nobody's name.
 */
export function readPrincipals(json: Json): readonly PolicyPrincipal[] {
  if (json === "*") return [{ kind: "everyone" }];
  if (typeof json === "string") throw invalidPrincipal();
  if (!(json instanceof Map)) throw malformed('Principal must be "*" or a JSON object.');
  const principals: PolicyPrincipal[] = [];
  for (const [type, names] of json) {
    const read = readers.get(type);
    if (read === undefined) throw malformed("Principal has an unknown type.");
    principals.push(...readNames(names, read));
  }
  return principals;
}

function readNames(
  json: Json,
  read: (text: string) => PolicyPrincipal | undefined,
): readonly PolicyPrincipal[] {
  const list = Array.isArray(json) ? (json as readonly Json[]) : [json];
  return list.map((text) => {
    if (typeof text !== "string") throw malformed("A principal must be a string.");
    const principal = read(text);
    if (principal === undefined) throw invalidPrincipal();
    return principal;
  });
}

function readAws(text: string): PolicyPrincipal | undefined {
  if (text === "*") return { kind: "everyone" };
  if (accountId.test(text)) return { kind: "account", accountId: text };
  if (uniqueId.test(text)) return { kind: "unique-id", id: text };
  const [, service, account, resource] = identityArn.exec(text) ?? [];
  if (account === undefined || resource === undefined) return undefined;
  if (service === "iam" && resource === "root") return { kind: "account", accountId: account };
  const kind = service === "iam" ? identityKind(resource) : sessionKind(resource);
  return kind === undefined ? undefined : { kind, accountId: account, arn: text };
}

function identityKind(resource: string): "user" | "role" | undefined {
  const [kind, ...rest] = resource.split("/");
  const last = rest.pop() ?? "";
  if ((kind !== "user" && kind !== "role") || !name.test(last)) return undefined;
  const path = rest.join("/");
  const legal = path.length + 2 <= pathLengthMax && !path.includes("*") && !path.includes("?");
  return legal ? kind : undefined;
}

function sessionKind(resource: string): "assumed-role" | "federated-user" | undefined {
  const [kind, first = "", second, ...more] = resource.split("/");
  if (more.length > 0) return undefined;
  if (kind === "assumed-role" && name.test(first) && sessionName.test(second ?? "")) return kind;
  if (kind === "federated-user" && sessionName.test(first) && second === undefined) return kind;
  return undefined;
}

function readService(text: string): PolicyPrincipal | undefined {
  return hostName.test(text) ? { kind: "service", name: text } : undefined;
}

function readFederated(text: string): PolicyPrincipal | undefined {
  const known = hostName.test(text) || providerArn.test(text);
  return known ? { kind: "federated", provider: text } : undefined;
}

function invalidPrincipal(): PolicyError {
  return new PolicyError(
    "invalid-principal",
    "Policy contains a statement with one or more invalid principals.",
  );
}
