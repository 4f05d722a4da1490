/** The rules of alias names. */
import { KmsError } from "./errors.ts";

const prefix = "alias/";
const reservedPrefix = "alias/aws/";

/** Refuses a name that may not be created, moved or deleted. The shape has been checked. */
export function requireOwnAliasName(aliasName: string): void {
  if (!aliasName.startsWith(prefix)) {
    throw new KmsError(
      "ValidationException",
      'Alias must start with the prefix "alias/". Please see ' +
        "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    );
  }
  if (aliasName === prefix) throw new KmsError("ValidationException", "Invalid identifier");
  if (aliasName.includes(":")) {
    throw new KmsError(
      "ValidationException",
      `${aliasName} contains invalid characters for an alias`,
    );
  }
  if (aliasName.startsWith(reservedPrefix)) throw new KmsError("NotAuthorizedException");
}

/** Aliases stand for keys, not for other aliases. */
export function requireKeyAsTarget(targetKeyId: string): void {
  if (targetKeyId.startsWith(prefix) || /^arn:[^:]*:kms:[^:]*:[^:]*:alias\//.test(targetKeyId)) {
    throw new KmsError("ValidationException", "Aliases must refer to keys. Not aliases");
  }
}
