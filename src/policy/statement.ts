/** One statement of a policy: which elements it may have, and what each may hold. */
import { compileAction } from "./action.ts";
import { readConditions } from "./condition-element.ts";
import type { Json, JsonObject } from "./json.ts";
import { hasVariables } from "./language.ts";
import type { Element, PolicyPrincipal, PolicyVersion, Statement } from "./language.ts";
import { malformed } from "./policy-error.ts";
import { readPrincipals } from "./principal-element.ts";
import { compileResource } from "./resource.ts";

const elements: ReadonlySet<string> = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

/** Key policies and trust policies say whom they are about; an identity policy is about its owner. */
export type PolicyKind = "key" | "identity" | "trust";

/** Throws a PolicyError for a statement that a policy of its kind may not contain. */
export function readStatement(
  json: JsonObject,
  version: PolicyVersion,
  kind: PolicyKind,
): Statement {
  for (const name of json.keys()) {
    if (!elements.has(name)) throw malformed("has an unknown element.");
  }
  const variables = hasVariables(version);
  const sid = readSid(json.get("Sid"));
  const effect = readEffect(json.get("Effect"));
  const principal = kind === "identity" ? undefined : readPrincipalElement(json, effect);
  const action = readStrings(json, "Action");
  const resource = readStrings(json, "Resource");
  // Compiling is the check: what cannot be matched against must not be stored.
  action?.values.forEach((value) => compileAction(value));
  resource?.values.forEach((value) => compileResource(value, variables));
  return {
    effect,
    conditions: readConditions(json.get("Condition"), variables),
    ...(sid === undefined ? {} : { sid }),
    ...(principal === undefined ? {} : { principal }),
    ...(action === undefined ? {} : { action }),
    ...(resource === undefined ? {} : { resource }),
  };
}

function readSid(sid: Json | undefined): string | undefined {
  if (sid === undefined || typeof sid === "string") return sid;
  throw malformed("Sid must be a string.");
}

function readEffect(effect: Json | undefined): "Allow" | "Deny" {
  if (effect === "Allow" || effect === "Deny") return effect;
  throw malformed("Effect must be Allow or Deny.");
}

function readPrincipalElement(
  json: JsonObject,
  effect: "Allow" | "Deny",
): Element<PolicyPrincipal> {
  const element = readElement(json, "Principal");
  if (element === undefined) throw malformed("must have a Principal or a NotPrincipal.");
  // Allow with NotPrincipal would open the key to everyone in the world but a few.
  if (element.negated && effect === "Allow") {
    throw malformed("NotPrincipal can be used only with Effect Deny.");
  }
  return { negated: element.negated, values: readPrincipals(element.json) };
}

function readStrings(json: JsonObject, name: string): Element<string> | undefined {
  const element = readElement(json, name);
  if (element === undefined) return undefined;
  const list = Array.isArray(element.json) ? (element.json as readonly Json[]) : [element.json];
  const values = list.filter((value) => typeof value === "string");
  if (values.length !== list.length) throw malformed(`${name} must be a string or a list of them.`);
  return { negated: element.negated, values };
}

function readElement(
  json: JsonObject,
  name: string,
): { readonly negated: boolean; readonly json: Json } | undefined {
  const plain = json.get(name);
  const complement = json.get(`Not${name}`);
  if (plain !== undefined && complement !== undefined) {
    throw malformed(`cannot have both ${name} and Not${name}.`);
  }
  if (plain !== undefined) return { negated: false, json: plain };
  return complement === undefined ? undefined : { negated: true, json: complement };
}
