import type { KeyMetadata } from "@aws-sdk/client-kms";
import { usDate } from "./us-date.ts";

/** KeyMetadata as CloudTrail prints it in responseElements: lower-camel names, dates as text. */
export function recordedMetadata(metadata: KeyMetadata): Readonly<Record<string, unknown>> {
  const { AWSAccountId, CreationDate, ...others } = metadata;
  const members = Object.entries(others).map(([name, value]) => [lowerFirst(name), value]);
  return {
    aWSAccountId: AWSAccountId,
    ...Object.fromEntries(members),
    creationDate: CreationDate === undefined ? undefined : usDate(CreationDate.getTime()),
  };
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
