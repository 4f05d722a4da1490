import { KmsError } from "./errors.ts";

/** The answer to what AWS KMS has and Keyhaven does not have yet. */
export function notYet(what: string): KmsError {
  return new KmsError("UnsupportedOperationException", `Keyhaven does not support ${what} yet.`);
}
