/**
 * The form of a Query request (Smithy specification, "awsQuery"): flat fields whose names
 * are paths. `Tags.member.1.Key` is the member Key of the first element of the list Tags.
 */
import { ServiceError } from "../service/service-error.ts";
import type { JsonObject, JsonValue } from "../service/service.ts";

/** No operation has as many; each costs a little to keep. */
const fieldsMax = 1_000;
const depthMax = 8;

/**
 * Reads a form's fields: bytes are a body, text is a URL's query. A plus sign is a blank in a
 * body only: a signature covers the one of a query as the plus sign that it is. Throws
 * MalformedQueryString for what is no form.
 */
export function readForm(form: Buffer | string): ReadonlyMap<string, string> {
  const plus = typeof form === "string" ? "+" : " ";
  const fields = new Map<string, string>();
  // One more than there may be, so that it shows.
  const parts = textOf(form).split("&", fieldsMax + 1);
  if (parts.length > fieldsMax) throw malformed();
  for (const part of parts) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const end = equals === -1 ? part.length : equals;
    const name = decodeText(part.slice(0, end), plus);
    // Two readers of one form must not come to two readings.
    if (fields.has(name)) throw malformed();
    fields.set(name, decodeText(part.slice(end + 1), plus));
  }
  return fields;
}

function textOf(form: Buffer | string): string {
  if (typeof form === "string") return form;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(form);
  } catch {
    throw malformed();
  }
}

function decodeText(text: string, plus: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", plus));
  } catch {
    throw malformed();
  }
}

interface Branch extends Map<string, string | Branch> {}

/**
 * The input that the fields describe; every value in it is text. Throws MalformedQueryString
 * for a field that says a member is both text and structure.
 */
export function inputOf(fields: ReadonlyMap<string, string>): JsonObject {
  const root: Branch = new Map();
  for (const [name, value] of fields) plant(root, name.split("."), value);
  return objectOf(root);
}

function plant(root: Branch, path: readonly string[], value: string): void {
  if (path.length > depthMax) throw malformed();
  let branch = root;
  for (const step of path.slice(0, -1)) {
    const next = branch.get(step) ?? new Map<string, string | Branch>();
    if (typeof next === "string") throw malformed();
    branch.set(step, next);
    branch = next;
  }
  const leaf = path.at(-1) ?? "";
  if (branch.has(leaf)) throw malformed();
  branch.set(leaf, value);
}

function objectOf(branch: Branch): JsonObject {
  const object: Record<string, JsonValue> = { __proto__: null };
  for (const [name, value] of branch) object[name] = valueOf(value);
  return object;
}

function valueOf(value: string | Branch): JsonValue {
  if (typeof value === "string") return value;
  const members = value.get("member");
  return value.size === 1 && members instanceof Map ? listOf(members) : objectOf(value);
}

/** Elements in the order of their numbers, whatever the order of the fields. */
function listOf(elements: Branch): readonly JsonValue[] {
  const numbered = [...elements].map(([number, value]) => {
    if (!/^[1-9][0-9]{0,3}$/.test(number)) throw malformed();
    return { number: Number(number), value };
  });
  return numbered
    .toSorted((one, other) => one.number - other.number)
    .map(({ value }) => valueOf(value));
}

function malformed(): ServiceError {
  return new ServiceError("MalformedQueryString", 404, "The query string contains a syntax error.");
}
