/** AWS managed keys: made on first use for a service, used only through it, managed by nobody else. */
import { commitOnRecord } from "../store/commit-on-record.ts";
import { serviceEvent } from "./events.ts";
import { keyMetadata } from "./key-metadata.ts";
import type { Key } from "./key.ts";
import { awsManagedKeyPolicy } from "./key-policy.ts";
import { newKey } from "./new-key.ts";
import type { Desk } from "./operation.ts";
import { recordedMetadata } from "./recorded-metadata.ts";
import { defaultRotationPeriodDays, nextRotation } from "./rotation.ts";

/** By alias: the service that the key is for, and what its description says. */
const services: Readonly<Record<string, string>> = {
  "alias/aws/acm": "ACM",
  "alias/aws/backup": "Backup",
  "alias/aws/dynamodb": "DynamoDB",
  "alias/aws/ebs": "EBS volumes",
  "alias/aws/elasticfilesystem": "EFS file systems",
  "alias/aws/es": "OpenSearch Service",
  "alias/aws/fsx": "FSx resources",
  "alias/aws/glue": "Glue",
  "alias/aws/kinesis": "Kinesis",
  "alias/aws/kinesisvideo": "Kinesis Video Streams",
  "alias/aws/lambda": "Lambda",
  "alias/aws/rds": "RDS database volumes",
  "alias/aws/redshift": "Redshift clusters",
  "alias/aws/s3": "S3 objects",
  "alias/aws/secretsmanager": "Secrets Manager secrets",
  "alias/aws/sns": "SNS data",
  "alias/aws/sqs": "SQS messages",
  "alias/aws/ssm": "SSM parameters",
  "alias/aws/workspaces": "WorkSpaces",
  "alias/aws/xray": "X-Ray data",
};

/** The part of a service's DNS name, where it is not the alias's own word. */
const endpoints: Readonly<Record<string, string>> = { ebs: "ec2" };

export function isAwsManagedAlias(aliasName: string): boolean {
  return Object.hasOwn(services, aliasName);
}

/**
 * Makes the key an AWS managed alias stands for, and the alias. When another call makes
 * it at the same time, one of the two fails with StoreConflict and finds the other's key
 * on its next attempt.
 */
export async function createAwsManagedKey(aliasName: string, desk: Desk): Promise<Key> {
  const { accountId } = desk.caller;
  const { region } = desk.facts;
  const protects = services[aliasName];
  if (protects === undefined) throw new Error(`${aliasName} is not an AWS managed alias`);
  const word = aliasName.slice("alias/aws/".length);
  const { key, material, changes } = await newKey(desk.vault, {
    accountId,
    region,
    keySpec: "SYMMETRIC_DEFAULT",
    keyUsage: "ENCRYPT_DECRYPT",
    origin: "AWS_KMS",
    keyManager: "AWS",
    multiRegion: false,
    description: `Default key that protects my ${protects} when no other key is defined`,
    policy: awsManagedKeyPolicy({ accountId, region, word, endpoint: endpoints[word] ?? word }),
    tags: [],
    createdAtMs: desk.nowMs,
    rotationPeriodDays: defaultRotationPeriodDays,
    nextRotationAtMs: nextRotation(defaultRotationPeriodDays, desk.nowMs),
  });
  const alias = {
    accountId,
    region,
    aliasName,
    targetKeyId: key.keyId,
    createdAtMs: desk.nowMs,
    updatedAtMs: desk.nowMs,
    rowVersion: 1,
  };
  const responseElements = { keyMetadata: recordedMetadata(keyMetadata(key, material)) };
  const event = serviceEvent("CreateKey", key, { atMs: key.createdAtMs, responseElements });
  await commitOnRecord(
    desk,
    [...changes, { kind: "insert", table: "aliases", record: alias }],
    desk.trail.compose(event),
  );
  return key;
}
