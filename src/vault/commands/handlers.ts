import type { SentRequest } from "../../vault-protocol/command-codecs.ts";
import type {
  Refusal,
  SlowCommandName,
  VaultCommandName,
  VaultReply,
} from "../../vault-protocol/commands.ts";
import type { DigestSignatures } from "../algorithms/digest-signatures.ts";
import type { Sm2 } from "../algorithms/sm2.ts";
import type { DomainKeys } from "../domain-keys.ts";
import type { HmacKey } from "../hmac-key.ts";
import type { KeyMaterials } from "../key-materials.ts";
import type { LoadedMaterial, MaterialCache } from "../material-cache.ts";
import type { PrivateKeys } from "../private-keys.ts";
import type { ReadyPairs } from "../ready-pairs.ts";
import type { NoncePool } from "../nonce-pool.ts";
import type { SlowWork } from "../slow-work.ts";

/** Everything the commands work with. */
export interface VaultState {
  readonly instanceId: string;
  readonly rootKeyId: string;
  readonly domainKeys: DomainKeys;
  readonly cache: MaterialCache<LoadedMaterial>;
  readonly privateKeys: PrivateKeys;
  readonly materials: KeyMaterials;
  readonly nonces: NoncePool;
  readonly slow: SlowWork;
  readonly readyPairs: ReadyPairs;
  /** Makes the key material ids of imported key material. */
  readonly materialIdKey: HmacKey;
  /** Missing where the bridge to OpenSSL is not installed, as the next. */
  readonly digestSignatures: DigestSignatures | undefined;
  readonly sm2: Sm2 | undefined;
}

/**
 * One function for each command. The bytes of a request are only lent, and only until the
 * function returns; those of a reply are given away: whoever asked wipes them. All but the
 * slow ones are synchronous, so no two of them interleave.
 */
export type VaultHandlers = {
  readonly [Name in VaultCommandName]: (request: SentRequest<Name>) => HandlerResult<Name>;
};

type HandlerResult<Name extends VaultCommandName> = Name extends SlowCommandName
  ? Promise<VaultReply<Name> | Refusal>
  : VaultReply<Name> | Refusal;

/** The handlers of some of the commands. */
export type HandlersOf<Names extends VaultCommandName> = Pick<VaultHandlers, Names>;
