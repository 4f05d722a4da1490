/** How operations ask the vault: a vault that is away, or says no, in KMS's words. */
import {
  type Refusal,
  type VaultClient,
  type VaultCommandName,
  type VaultReply,
  type VaultRequest,
  VaultUnavailable,
} from "../vault-protocol/commands.ts";
import { KmsError } from "./errors.ts";

/** Asks for something that the vault can only refuse when stored data was damaged. */
export async function askVault<Name extends VaultCommandName>(
  vault: VaultClient,
  command: Name,
  request: VaultRequest<Name>,
): Promise<VaultReply<Name>> {
  const reply = await vault.send(command, request).catch(unavailable);
  if (isRefusal(reply)) throw new Error(`the vault refused ${command}: ${reply.refused}`);
  return reply;
}

/** Asks the vault to open what a caller sent. Nothing when it is not genuine, for whatever reason. */
export async function askVaultToOpen<Name extends "decrypt" | "reEncrypt" | "openToken">(
  vault: VaultClient,
  command: Name,
  request: VaultRequest<Name>,
): Promise<VaultReply<Name> | undefined> {
  const reply = await vault.send(command, request).catch(unavailable);
  if (!isRefusal(reply)) return reply;
  if (reply.refused === "rejected") return undefined;
  throw new Error(`the vault refused ${command}: ${reply.refused}`);
}

function unavailable(error: unknown): never {
  if (!(error instanceof VaultUnavailable)) throw error;
  throw new KmsError("KeyUnavailableException", "The key is not available at this moment.", {
    cause: error,
  });
}

function isRefusal(reply: object): reply is Refusal {
  return "refused" in reply;
}
