/** The admin service: accounts and access keys, for the operator of this machine alone. */
import type { Service } from "../../service/service.ts";
import { answerAdmin, recordRefusal, type AdminParts } from "./answer.ts";
import { operations } from "./operations.ts";

/** No request of this service carries bytes. */
const noBlobs: ReadonlySet<string> = new Set();

/** Answers calls of the operator, and puts each on record before it does. */
export function adminService(parts: AdminParts): Service {
  return {
    signingName: "keyhaven-admin",
    targetPrefix: "KeyhavenAdmin",
    blobMembers: (operation) => (operations.has(operation) ? noBlobs : undefined),
    answer: async (call, by) => await answerAdmin(call, by, parts),
    async refuse(operation, error, by) {
      await recordRefusal({ operation, error, by, requestParameters: null }, parts);
      return error;
    },
  };
}
