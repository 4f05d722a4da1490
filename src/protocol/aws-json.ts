/**
 * AWS's JSON 1.1 protocol: an operation is named by the X-Amz-Target header, input,
 * output and errors are JSON objects (Smithy specification, "awsJson1_1").
 */
import { ServiceError } from "../service/service-error.ts";
import type { Answer, JsonObject } from "../service/service.ts";
import { readJson } from "./json.ts";
import { writeJson, writeSensitiveJson } from "./json-writer.ts";

export const contentType = "application/x-amz-json-1.1";

/** The two halves of an X-Amz-Target header. */
export interface Target {
  readonly prefix: string;
  readonly operation: string;
}

const targetSyntax = /^([A-Za-z0-9_]{1,64})\.([A-Za-z0-9]{1,64})$/;
const contentTypeSyntax = /^application\/x-amz-json-1\.1(?:[ \t]*;[ \t]*charset="?utf-8"?)?$/i;

/** Nothing when the header does not name an operation of a service. */
export function decodeTarget(header: string): Target | undefined {
  const match = targetSyntax.exec(header);
  const prefix = match?.[1];
  const operation = match?.[2];
  return prefix === undefined || operation === undefined ? undefined : { prefix, operation };
}

/** Whether a body is said to be of this protocol; a charset may follow, if it is UTF-8. */
export function isAwsJson(header: string | undefined): boolean {
  return header === contentType || (header !== undefined && contentTypeSyntax.test(header));
}

/** The input of a call; an empty body is an empty object. Throws SerializationException. */
export function decodeInput(body: Buffer, blobs: ReadonlySet<string>): JsonObject {
  return body.length === 0 ? readJson(emptyObject) : readJson(body, blobs);
}

const emptyObject = Buffer.from("{}");

/**
 * The body of an answer: text, or for a sensitive answer bytes that are to be wiped
 * once they have left. No output is an empty body.
 */
export function encodeAnswer(answer: Answer): string | Buffer {
  if (answer.output === undefined) return "";
  return answer.sensitive ? writeSensitiveJson(answer.output) : writeJson(answer.output);
}

/** The body of a refusal. */
export function encodeError(error: ServiceError): string {
  const type = JSON.stringify(error.code);
  return error.messageMember === undefined
    ? `{"__type":${type}}`
    : `{"__type":${type},"${error.messageMember}":${JSON.stringify(error.message)}}`;
}

/** What a request is told that names no operation. */
export function unknownOperation(): ServiceError {
  return new ServiceError("UnknownOperationException", 400, undefined);
}
