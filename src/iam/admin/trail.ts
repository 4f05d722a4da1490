/** What the trail's records of the admin service have in common. */
import type { TrailResource } from "../../service/trail.ts";

/** Our own: AWS has no such service. */
export const adminEventSource = "admin.keyhaven";

/** An account, as something that a call touched. */
export function accountResource(accountId: string): TrailResource {
  return { accountId, type: "Keyhaven::Account", ARN: `arn:aws:iam::${accountId}:root` };
}
