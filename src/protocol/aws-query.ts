/**
 * AWS's Query protocol: the operation and its input are the fields of a form, output and
 * errors are XML (Smithy specification, "awsQuery").
 */
import { ServiceError } from "../service/service-error.ts";
import type { QueryService } from "../service/service.ts";

export const contentType = "text/xml";

/** What a form asks for. */
export interface QueryCall {
  readonly operation: string;
  readonly version: string;
}

const formSyntax = /^application\/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset="?utf-8"?)?$/i;
/** No operation has as many; each costs a little to keep. */
const fieldsMax = 1_000;

/** Whether a body is said to be a form; a charset may follow, if it is UTF-8. */
export function isForm(header: string | undefined): boolean {
  return header !== undefined && formSyntax.test(header);
}

/**
 * The operation that a form names, whether it is a body or the query of a URL. Throws
 * MalformedQueryString for what is no form, MissingAction when it names no operation.
 */
export function decodeCall(form: Buffer | string): QueryCall {
  const fields = readForm(typeof form === "string" ? form : textOf(form));
  const operation = fields.get("Action");
  if (operation === undefined || operation === "") {
    throw new ServiceError("MissingAction", 400, "Missing Action");
  }
  return { operation, version: fields.get("Version") ?? "NO_VERSION_SPECIFIED" };
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw malformed();
  }
}

function readForm(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  // One more than there may be, so that it shows.
  const parts = text.split("&", fieldsMax + 1);
  if (parts.length > fieldsMax) throw malformed();
  for (const part of parts) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const end = equals === -1 ? part.length : equals;
    const name = decodeText(part.slice(0, end));
    // Two readers of one form must not come to two readings.
    if (fields.has(name)) throw malformed();
    fields.set(name, decodeText(part.slice(end + 1)));
  }
  return fields;
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw malformed();
  }
}

function malformed(): ServiceError {
  return new ServiceError("MalformedQueryString", 404, "The query string contains a syntax error.");
}

/** The body of an answer. */
export function encodeAnswer(
  { operation }: QueryCall,
  output: Readonly<Record<string, string>>,
  { xmlNamespace }: QueryService,
  requestId: string,
): string {
  const members = Object.entries(output).map(([name, text]) => `    ${element(name, text)}`);
  return [
    `<${operation}Response xmlns="${xmlNamespace}">`,
    `  <${operation}Result>`,
    ...members,
    `  </${operation}Result>`,
    "  <ResponseMetadata>",
    `    ${element("RequestId", requestId)}`,
    "  </ResponseMetadata>",
    `</${operation}Response>`,
    "",
  ].join("\n");
}

/** A refusal in this protocol's words: its status, and its body. */
export function encodeError(
  error: ServiceError,
  { xmlNamespace }: QueryService,
  requestId: string,
): { readonly status: number; readonly body: string } {
  const { code, status } = inQueryWords.get(error.code) ?? error;
  const body = [
    `<ErrorResponse xmlns="${xmlNamespace}">`,
    "  <Error>",
    `    ${element("Type", status >= 500 ? "Receiver" : "Sender")}`,
    `    ${element("Code", code)}`,
    `    ${element("Message", error.message)}`,
    "  </Error>",
    `  ${element("RequestId", requestId)}`,
    "</ErrorResponse>",
    "",
  ].join("\n");
  return { status, body };
}

/** What the JSON protocol calls otherwise (IAM and STS, "Common Errors"). */
const inQueryWords: ReadonlyMap<string, { readonly code: string; readonly status: number }> =
  new Map([
    ["MissingAuthenticationTokenException", { code: "MissingAuthenticationToken", status: 403 }],
    ["IncompleteSignatureException", { code: "IncompleteSignature", status: 400 }],
    ["UnrecognizedClientException", { code: "InvalidClientTokenId", status: 403 }],
    ["InvalidSignatureException", { code: "SignatureDoesNotMatch", status: 403 }],
  ]);

function element(name: string, text: string): string {
  return `<${name}>${escapeText(text)}</${name}>`;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["\r", "&#xD;"],
]);

/** XML 1.0 has no way at all to write most control characters, and half of a surrogate pair. */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r -\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll(/[&<>"\r]/g, (character) => escapes.get(character) ?? character);
}
