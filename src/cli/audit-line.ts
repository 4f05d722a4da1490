import { printable } from "./output.ts";

type Members = Readonly<Record<string, unknown>>;

/**
 * A record of the journal as one line for people: time, Region, who, what, on what, and
 * how it ended. A line that is no record is shown as it stands: it is still evidence.
 */
export function auditLine(line: string): string {
  const record = parse(line);
  if (record === undefined) return printable(line);
  return [
    text(record["eventTime"]),
    text(record["awsRegion"]),
    callerOf(record),
    text(record["eventName"]),
    resourceOf(record),
    text(record["errorCode"] ?? "ok"),
  ].join("  ");
}

function callerOf(record: Members): string {
  const identity = members(record["userIdentity"]);
  const key = identity["accessKeyId"];
  const who = identity["arn"] ?? identity["invokedBy"] ?? identity["type"];
  return key === undefined ? text(who) : `${text(who)} (${text(key)})`;
}

function resourceOf(record: Members): string {
  const resources = record["resources"];
  const first: unknown = Array.isArray(resources) ? resources[0] : undefined;
  return text(members(first)["ARN"]);
}

function parse(line: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

function text(value: unknown): string {
  return typeof value === "string" && value !== "" ? printable(value) : "-";
}
