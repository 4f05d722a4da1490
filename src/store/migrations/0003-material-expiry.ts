import type { Migration } from "./migrations.ts";

/** When a key loses imported key material, beside the key: every use of it asks. */
export const materialExpiry: Migration = `
ALTER TABLE keys ADD COLUMN material_valid_to_ms INTEGER;
`;
