import { ServiceError } from "../service/service-error.ts";
import type { QueryCall } from "../service/service.ts";

/** What IAM and STS say of an operation that they do not have, or not in that version. */
export function unknownOperation({ operation, version }: QueryCall): ServiceError {
  const message = `Could not find operation ${operation} for version ${version}`;
  return new ServiceError("InvalidAction", 400, message);
}
