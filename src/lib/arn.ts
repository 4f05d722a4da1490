/** Amazon Resource Names: arn:partition:service:region:account:resource. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  /** Everything after the fifth colon, further colons included. */
  readonly resource: string;
}

/** The parts of an ARN, or nothing when the text is not one. */
export function parseArn(text: string): Arn | undefined {
  const [scheme, partition, service, region, accountId, ...rest] = text.split(":");
  if (scheme !== "arn" || partition === undefined || partition === "") return undefined;
  if (service === undefined || service === "" || region === undefined || accountId === undefined) {
    return undefined;
  }
  return rest.length === 0
    ? undefined
    : { partition, service, region, accountId, resource: rest.join(":") };
}

const partitionPrefixes: readonly (readonly [prefix: string, partition: string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["us-iso-", "aws-iso"],
  ["eu-isoe-", "aws-iso-e"],
  ["eusc-", "aws-eusc"],
];

/** The AWS partition a Region belongs to. */
export function partitionOf(region: string): string {
  for (const [prefix, partition] of partitionPrefixes) {
    if (region.startsWith(prefix)) return partition;
  }
  return "aws";
}

/** The root identity of an account, in the partition of a Region. */
export function rootArn(accountId: string, region: string): string {
  return `arn:${partitionOf(region)}:iam::${accountId}:root`;
}
