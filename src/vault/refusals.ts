import type { Refusal } from "../vault-protocol/commands.ts";

export { isRefusal } from "../vault-protocol/commands.ts";

export const rejected: Refusal = { refused: "rejected" };
export const domainKeyMissing: Refusal = { refused: "domain-key-missing" };
export const materialRequired: Refusal = { refused: "material-required" };
export const unsupported: Refusal = { refused: "unsupported" };
export const tooLong: Refusal = { refused: "too-long" };
export const malformed: Refusal = { refused: "malformed" };
export const wrongMaterial: Refusal = { refused: "wrong-material" };
export const failed: Refusal = { refused: "failed" };
export const overdue: Refusal = { refused: "overdue" };
