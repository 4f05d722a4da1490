/** How operations ask the vault: a vault that is away, or says no, in KMS's words. */
import {
  isRefusal,
  type Refusal,
  type VaultClient,
  type VaultCommandName,
  type VaultReply,
  type VaultRequest,
  VaultUnavailable,
} from "../vault-protocol/commands.ts";
import { KmsError } from "./errors.ts";

/** Asks for something that the vault can only refuse when stored data was damaged. */
export function askVault<Name extends VaultCommandName>(
  vault: VaultClient,
  command: Name,
  request: VaultRequest<Name>,
): Promise<VaultReply<Name>> {
  return vault.send(command, request).then((reply) => {
    if (!isRefusal(reply)) return reply;
    throw refusalOf(command, reply);
  }, rethrow);
}

/** Commands that judge what a caller sent. */
type OpeningCommand =
  | "decrypt"
  | "decryptForRecipient"
  | "rsaDecrypt"
  | "rsaDecryptForRecipient"
  | "reEncrypt"
  | "verify"
  | "verifyMac"
  | "deriveSharedSecret"
  | "deriveSharedSecretForRecipient"
  | "decapsulate"
  | "importKeyMaterial"
  | "vouchForPublicKey"
  | "openToken";

/** Asks the vault to open what a caller sent. Nothing when it is not genuine, for whatever reason. */
export function askVaultToOpen<Name extends OpeningCommand>(
  vault: VaultClient,
  command: Name,
  request: VaultRequest<Name>,
): Promise<VaultReply<Name> | undefined> {
  return vault.send(command, request).then((reply) => {
    if (!isRefusal(reply)) return reply;
    if (reply.refused === "rejected") return undefined;
    if (reply.refused === "too-long") throw new PlaintextTooLong();
    if (reply.refused === "wrong-material") throw wrongMaterial();
    throw refusalOf(command, reply);
  }, rethrow);
}

/** What comes of a refusal that no caller can be blamed for. */
function refusalOf(command: VaultCommandName, { refused }: Refusal): Error {
  if (refused === "unsupported") return unsupported();
  if (refused === "overdue") return unavailable(`the vault did not begin ${command} in time`);
  return new Error(`the vault refused ${command}: ${refused}`);
}

/**
 * Has the vault wipe key material that it may still hold unwrapped. A vault that cannot be
 * asked, now that the material is stored no more, lets it go by itself within a minute.
 */
export async function forgetKeyMaterial(
  vault: VaultClient,
  references: readonly string[],
): Promise<void> {
  for (const reference of references) {
    const request = { reference: Buffer.from(reference, "hex") };
    const reply = await vault.send("forgetKeyMaterial", request).catch(noneIfAway);
    if (reply !== undefined && isRefusal(reply)) {
      throw refusalOf("forgetKeyMaterial", reply);
    }
  }
}

function noneIfAway(error: unknown): undefined {
  if (!(error instanceof VaultUnavailable)) throw error;
}

/** What a ciphertext held does not fit under the key it was to be encrypted with. */
export class PlaintextTooLong extends Error {}

/** What a caller is told who imports other key material than the key has. */
function wrongMaterial(): KmsError {
  return new KmsError("IncorrectKeyMaterialException");
}

/** What a caller is told of something that this installation cannot do. */
function unsupported(): KmsError {
  return new KmsError(
    "UnsupportedOperationException",
    "This installation of Keyhaven cannot do this: its OpenSSL bridge is missing.",
  );
}

function rethrow(error: unknown): never {
  throw error instanceof VaultUnavailable ? unavailable(error) : error;
}

function unavailable(cause: unknown): KmsError {
  return new KmsError("KeyUnavailableException", "The key is not available at this moment.", {
    cause,
  });
}
