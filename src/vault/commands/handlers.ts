import type { SentRequest } from "../../vault-protocol/command-codecs.ts";
import type { Refusal, VaultCommandName, VaultReply } from "../../vault-protocol/commands.ts";
import type { DomainKeys } from "../domain-keys.ts";
import type { KeyMaterials } from "../key-materials.ts";
import type { MaterialCache } from "../material-cache.ts";
import type { NoncePool } from "../nonce-pool.ts";

/** Everything the commands work with. */
export interface VaultState {
  readonly instanceId: string;
  readonly rootKeyId: string;
  readonly domainKeys: DomainKeys;
  readonly cache: MaterialCache;
  readonly materials: KeyMaterials;
  readonly nonces: NoncePool;
}

/**
 * One function for each command. The bytes of a request are only lent, those of a reply
 * are given away: whoever asked wipes them. All are synchronous, so no two interleave.
 */
export type VaultHandlers = {
  readonly [Name in VaultCommandName]: (request: SentRequest<Name>) => VaultReply<Name> | Refusal;
};

/** The handlers of some of the commands. */
export type HandlersOf<Names extends VaultCommandName> = Pick<VaultHandlers, Names>;
