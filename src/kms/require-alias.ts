import type { AliasRecord, KeyName } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { KmsError } from "./errors.ts";
import { aliasArn } from "./key.ts";

/** The alias of that name beside a key, or NotFoundException. */
export async function requireAlias(
  store: Store,
  { accountId, region }: Pick<KeyName, "accountId" | "region">,
  aliasName: string,
): Promise<AliasRecord> {
  const alias = await store.findAlias(accountId, region, aliasName);
  if (alias !== undefined) return alias;
  const arn = aliasArn(accountId, region, aliasName);
  throw new KmsError("NotFoundException", `Alias ${arn} is not found.`);
}
