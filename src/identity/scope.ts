/** Whether a signature is made for this service, here and today. */
import type { Claim } from "./claim.ts";
import { scopeTerminator } from "./credential.ts";
import { invalidSignature } from "./refusals.ts";
import type { ExpectedScope } from "./signed-request.ts";

/** Throws InvalidSignatureException for the first of date, Region, service and terminator that is off. */
export function requireScope({ credential, time }: Claim, expected: ExpectedScope): void {
  const { date, region, service, terminator } = credential;
  const signedOn = time.timestamp.slice(0, 8);
  if (date !== signedOn) {
    throw invalidSignature(
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from " +
        `HTTP: '${date}' != '${signedOn}', from '${time.timestamp}'.`,
    );
  }
  if (!expected.regions.has(region)) {
    throw invalidSignature("Credential should be scoped to a valid region.");
  }
  // AWS ends these two with a blank.
  if (service !== expected.service) {
    throw invalidSignature(
      `Credential should be scoped to correct service: '${expected.service}'. `,
    );
  }
  if (terminator !== scopeTerminator) {
    throw invalidSignature(
      "Credential should be scoped with a valid terminator: " +
        `'${scopeTerminator}', not '${terminator}'. `,
    );
  }
}
