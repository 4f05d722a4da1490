/** What AWS offers in its China Regions only. Keyhaven does not offer it anywhere yet. */
import { KmsError } from "./errors.ts";

export function refuseSm2(spec: string): void {
  if (spec === "SM2") throw new KmsError("UnsupportedOperationException");
}
