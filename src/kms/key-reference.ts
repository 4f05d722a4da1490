/** A key reference: a key id, key ARN, alias name or alias ARN, and what AWS says of a bad one. */
import { parseArn, partitionOf } from "../lib/arn.ts";
import { KmsError } from "./errors.ts";
import { aliasArn, keyArn } from "./key.ts";

export type KeyReference =
  | {
      readonly kind: "key";
      readonly accountId: string;
      readonly region: string;
      readonly keyId: string;
      readonly arn: string;
    }
  | {
      readonly kind: "alias";
      readonly accountId: string;
      readonly region: string;
      readonly aliasName: string;
      readonly arn: string;
    };

const keyIdForm = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;

const accountForm = /^[0-9]{12}$/;

function isKeyId(text: string): boolean {
  return keyIdForm.test(text);
}

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Reads a reference as it was sent to one account and Region. Throws NotFoundException as AWS words it. */
export function parseKeyReference(reference: string, here: Place): KeyReference {
  if (reference.startsWith("arn:")) return parseArnReference(reference, here);
  if (reference.startsWith("alias/")) {
    const arn = aliasArn(here.accountId, here.region, reference);
    return { kind: "alias", ...here, aliasName: reference, arn };
  }
  if (!isKeyId(reference)) throw invalidKeyId(reference);
  const arn = keyArn({ ...here, keyId: reference });
  return { kind: "key", ...here, keyId: reference, arn };
}

export function invalidKeyId(reference: string): KmsError {
  return new KmsError("NotFoundException", `Invalid keyId '${reference}'`);
}

function parseArnReference(reference: string, here: Place): KeyReference {
  const arn = parseArn(reference);
  if (arn?.service !== "kms" || !accountForm.test(arn.accountId)) throw invalidArn(reference);
  const { accountId, region, resource } = arn;
  // Of another account's resources not even the Region is discussed.
  if (region !== here.region && accountId === here.accountId) {
    throw new KmsError("NotFoundException", `Invalid arn ${region}`);
  }
  if (arn.partition !== partitionOf(region)) throw invalidArn(reference);
  if (resource.startsWith("alias/")) {
    return { kind: "alias", accountId, region, aliasName: resource, arn: reference };
  }
  const keyId = resource.startsWith("key/") ? resource.slice("key/".length) : "";
  if (!isKeyId(keyId)) throw invalidArn(reference);
  return { kind: "key", accountId, region, keyId, arn: reference };
}

export function invalidArn(reference: string): KmsError {
  return new KmsError("InvalidArnException", `Invalid arn ${reference}`);
}
