import type { KeyMetadata } from "@aws-sdk/client-kms";
import { usDate } from "../lib/us-date.ts";

/** KeyMetadata as CloudTrail prints it in responseElements: lower-camel names, dates as text. */
export function recordedMetadata(metadata: KeyMetadata): Readonly<Record<string, unknown>> {
  const { AWSAccountId, ...others } = metadata;
  return { aWSAccountId: AWSAccountId, ...recordedMembers(others) };
}

function recordedMembers(members: object): Readonly<Record<string, unknown>> {
  const recorded = Object.entries(members).map(([name, value]: [string, unknown]) => [
    lowerFirst(name),
    recordedValue(value),
  ]);
  return Object.fromEntries(recorded) as Readonly<Record<string, unknown>>;
}

function recordedValue(value: unknown): unknown {
  if (value instanceof Date) return usDate(value.getTime());
  if (Array.isArray(value)) return value.map(recordedValue);
  return typeof value === "object" && value !== null ? recordedMembers(value) : value;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
