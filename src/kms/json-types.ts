/**
 * From JSON values to the types KMS declares. A value of another type is refused with
 * SerializationException, in the words of AWS's JSON reader.
 */
import { decodeBase64 } from "../lib/base64.ts";
import type { JsonObject, JsonValue } from "../service/service.ts";
import { KmsError } from "./errors.ts";

export function readString(value: JsonValue): string {
  if (typeof value === "string") return value;
  throw unreadable(value, "a String");
}

export function readBoolean(value: JsonValue): boolean {
  if (typeof value === "boolean") return value;
  throw unreadable(value, "a Boolean");
}

export function readInteger(value: JsonValue): number {
  // As AWS's reader does, a fraction is cut off.
  if (typeof value === "number") return Math.trunc(value);
  throw unreadable(value, "an Integer");
}

/** Farther from 1970 than this, in seconds, JavaScript knows no date. */
const farthestSeconds = 8.64e12;

/** A number of seconds since 1970, to the millisecond. */
export function readTimestamp(value: JsonValue): Date {
  if (typeof value !== "number") throw unreadable(value, "milliseconds since epoch");
  const seconds = Math.min(Math.max(value, -farthestSeconds), farthestSeconds);
  return new Date(Math.round(seconds * 1000));
}

export function readBlob(value: JsonValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw unreadable(value, "a Blob");
}

/** A blob inside a structure. What is read this way is no secret: text cannot be wiped. */
export function readBase64(value: JsonValue): Uint8Array {
  if (typeof value !== "string") return readBlob(value);
  const bytes = decodeBase64(Buffer.from(value, "latin1"));
  if (bytes === undefined) throw serialization("Unexpected token received from parser");
  return bytes;
}

export function readList(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw isObject(value) ? unreadable(value, "a List") : serialization("Expected list or null");
}

export function readObject(value: JsonValue): JsonObject {
  if (isObject(value)) return value;
  throw Array.isArray(value) ? unreadable(value, "a Map") : serialization("Expected map or null");
}

function isObject(value: JsonValue): value is JsonObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

function unreadable(value: JsonValue, wanted: string): KmsError {
  if (isObject(value)) {
    return serialization("Start of structure or map found where not expected.");
  }
  if (Array.isArray(value)) return serialization("Start of list found where not expected");
  return serialization(`${tokenName(value)} can not be converted to ${wanted}`);
}

function tokenName(value: JsonValue): string {
  if (typeof value === "boolean") return value ? "TRUE_VALUE" : "FALSE_VALUE";
  return typeof value === "number" ? "NUMBER_VALUE" : "STRING_VALUE";
}

function serialization(message: string): KmsError {
  return new KmsError("SerializationException", message);
}
