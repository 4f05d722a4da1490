/** What AWS offers in its China Regions only. */
import { partitionOf } from "../lib/arn.ts";
import { KmsError } from "./errors.ts";

const china = "aws-cn";

/** Refuses SM2 with UnsupportedOperationException, except in the Regions of China. */
export function refuseSm2(spec: string, region: string): void {
  if (spec !== "SM2" || partitionOf(region) === china) return;
  throw new KmsError("UnsupportedOperationException");
}
