/**
 * The key material id of imported key material: the same for the same material under the
 * same key, so that it is recognised when it comes again, and no hash that anyone without
 * the root key could search with. It outlives every domain key.
 */
import { domain, prefixed } from "./encoding.ts";
import { HmacKey } from "./hmac-key.ts";
import { Label, deriveInto } from "./kdf.ts";
import type { RootKey } from "./root-key.ts";
import { newSecret } from "./secret-bytes.ts";

const label = new Label("root/key-material-id/v1");
const keyBytes = 32;

/** The key that makes key material ids for a vault instance; the caller wipes it. */
export function materialIdKey({ key, instanceId }: RootKey): HmacKey {
  const bytes = newSecret(keyBytes);
  try {
    deriveInto(bytes, key, label, prefixed(instanceId));
    return new HmacKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** 64 hex digits. `identity` is what makes the material this one and no other. */
export function materialIdOf(key: HmacKey, keyUuid: Uint8Array, identity: Uint8Array): string {
  const framed = prefixed(identity);
  const input = Buffer.concat([domain("kms.material-id.v1"), prefixed(keyUuid), framed]);
  try {
    return key.mac(input).toString("hex");
  } finally {
    framed.fill(0);
    input.fill(0);
  }
}
