/**
 * AWS's Query protocol: the operation and its input are the fields of a form, output and
 * errors are XML (Smithy specification, "awsQuery").
 */
import { ServiceError } from "../service/service-error.ts";
import type { QueryCall, QueryOutput, QueryService } from "../service/service.ts";
import { inputOf, readForm } from "./query-form.ts";
import { elementLines, indented, joinLines, memberLines, type XmlLine } from "./xml.ts";

export const contentType = "text/xml";

const formSyntax = /^application\/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset="?utf-8"?)?$/i;

/** Whether a body is said to be a form; a charset may follow, if it is UTF-8. */
export function isForm(header: string | undefined): boolean {
  return header !== undefined && formSyntax.test(header);
}

/**
 * The call that a form describes, whether it is a body or the query of a URL. Throws
 * MalformedQueryString for what is no form, MissingAction when it names no operation.
 */
export function decodeCall(form: Buffer | string): QueryCall {
  const fields = new Map(readForm(form));
  const operation = fields.get("Action");
  if (operation === undefined || operation === "") {
    throw new ServiceError("MissingAction", 400, "Missing Action");
  }
  const version = fields.get("Version") ?? "NO_VERSION_SPECIFIED";
  fields.delete("Action");
  fields.delete("Version");
  return { operation, version, input: inputOf(fields) };
}

/**
 * The body of an answer. An operation without output has no result, only metadata. Bytes
 * when there is a secret in it: they are to be wiped once they have left.
 */
export function encodeAnswer(
  { operation }: QueryCall,
  output: QueryOutput | undefined,
  { xmlNamespace }: QueryService,
  requestId: string,
): string | Buffer {
  return document(`${operation}Response`, xmlNamespace, [
    ...(output === undefined ? [] : elementLines(`${operation}Result`, output)),
    ...elementLines("ResponseMetadata", { RequestId: requestId }),
  ]);
}

/** A refusal in this protocol's words: its status, and its body. */
export function encodeError(
  error: ServiceError,
  { xmlNamespace }: QueryService,
  requestId: string,
): { readonly status: number; readonly body: string | Buffer } {
  const { code, status } = inQueryWords.get(error.code) ?? error;
  const Type = status >= 500 ? "Receiver" : "Sender";
  const body = document(
    "ErrorResponse",
    xmlNamespace,
    memberLines({
      Error: { Type, Code: code, Message: error.message },
      RequestId: requestId,
    }),
  );
  return { status, body };
}

function document(
  name: string,
  xmlNamespace: string,
  children: readonly XmlLine[],
): string | Buffer {
  const lines = [`<${name} xmlns="${xmlNamespace}">`, ...children.map(indented), `</${name}>`];
  return joinLines(lines);
}

/** What the JSON protocol calls otherwise (IAM and STS, "Common Errors"). */
const inQueryWords: ReadonlyMap<string, { readonly code: string; readonly status: number }> =
  new Map([
    ["MissingAuthenticationTokenException", { code: "MissingAuthenticationToken", status: 403 }],
    ["IncompleteSignatureException", { code: "IncompleteSignature", status: 400 }],
    ["UnrecognizedClientException", { code: "InvalidClientTokenId", status: 403 }],
    ["ExpiredTokenException", { code: "ExpiredToken", status: 403 }],
    ["InvalidSignatureException", { code: "SignatureDoesNotMatch", status: 403 }],
  ]);
