import { KmsError } from "./errors.ts";

/** A dry run that nothing speaks against ends here, with the refusal that says so. */
export function refuseDryRun(input: object): void {
  if (!("DryRun" in input) || input.DryRun !== true) return;
  throw new KmsError(
    "DryRunOperationException",
    "The request would have succeeded, but the DryRun option is set.",
  );
}
