/** What a token must be and be able to do before anybody logs in to it. */
import type { Cryptoki } from "./cryptoki.ts";
import type { Handle } from "./functions.ts";
import { TokenError } from "./return-values.ts";

/** Where CK_TOKEN_INFO has its flags: after four texts of 32, 32, 16 and 16 bytes. */
const flagsOffset = 96;
const flags = { userPinInitialized: 0x8, initialized: 0x400, userPinLocked: 0x40000 } as const;

const mechanisms = [
  { name: "CKM_AES_KEY_GEN", number: 0x1080, needs: 0x8000 },
  { name: "CKM_AES_GCM", number: 0x1087, needs: 0x300 },
] as const;

/** Rejects with TokenError for a token without a usable user, or without AES-GCM. */
export async function requireFitToken(
  cryptoki: Pick<Cryptoki, "tokenInfo" | "mechanismFlags">,
  slot: Handle,
): Promise<void> {
  const info = await cryptoki.tokenInfo(slot);
  const found = info.readUInt32LE(flagsOffset);
  if ((found & flags.initialized) === 0) throw new TokenError("token-unfit", "not initialized");
  for (const { name, number, needs } of mechanisms) {
    const able = await cryptoki.mechanismFlags(slot, number);
    if ((able & needs) !== needs) throw new TokenError("token-unfit", `without ${name}`);
  }
  if ((found & flags.userPinInitialized) === 0) throw new TokenError("user-missing", "no PIN");
  if ((found & flags.userPinLocked) !== 0) throw new TokenError("user-locked", "PIN is locked");
}
