import { KmsError } from "./errors.ts";

/** Key specs whose key material AWS KMS imports and Keyhaven does not yet. */
export const notImportableYet: readonly string[] = ["SM2"];

/** The answer to what AWS KMS has and Keyhaven does not have yet. */
export function notYet(what: string): KmsError {
  return new KmsError("UnsupportedOperationException", `Keyhaven does not support ${what} yet.`);
}
