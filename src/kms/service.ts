/** AWS KMS as a service: named calls in, answers out. */
import type { TrustedRoots } from "../attestation/certificate-chain.ts";
import type { Clock } from "../lib/clock.ts";
import type { ExternalKeys } from "../service/external-keys.ts";
import type { Identities } from "../service/identities.ts";
import type { KeyStorePasswords, TokenKeys } from "../service/token-keys.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import type { Authenticated, Service } from "../service/service.ts";
import type { Trail } from "../service/trail.ts";
import type { Store } from "../store/store.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { answer } from "./answer.ts";
import type { OperationName } from "./contract.ts";
import { KmsError } from "./errors.ts";
import { failureEvent } from "./events.ts";
import { FairVault } from "./fair-vault.ts";
import type { LastUsages } from "./last-usage.ts";
import type { Desk } from "./operation.ts";
import { operationNamed, operations } from "./operations.ts";
import type { RequestQuotas } from "./request-quotas.ts";
import type { Shape } from "./shapes.ts";

export interface KmsParts {
  readonly vault: VaultClient;
  readonly store: Store;
  readonly trail: Trail;
  readonly lastUsages: LastUsages;
  readonly attestationRoots: TrustedRoots;
  readonly requestQuotas?: RequestQuotas | undefined;
  /** The Regions that are served. */
  readonly regions: readonly string[];
  readonly externalKeys: ExternalKeys;
  readonly tokenKeys: TokenKeys;
  readonly keyStorePasswords: KeyStorePasswords;
  readonly secretAccessKeys: SecretAccessKeys;
  readonly identities: Identities;
  readonly clock: Clock;
}

export function kmsService(parts: KmsParts): Service {
  const { vault: sharedVault, clock, ...reach } = parts;
  const fairVault = new FairVault(sharedVault);
  const deskFor = ({ caller, facts }: Authenticated): Desk => {
    const vault = fairVault.onBehalfOf(caller.accountId);
    return { ...reach, vault, caller, facts, nowMs: clock() };
  };
  return {
    signingName: "kms",
    targetPrefix: "TrentService",
    blobMembers: (operation) => blobs.get(operation),
    answer({ operation, input }, by) {
      const name = requireName(operation);
      return answer(operationNamed(name), name, input, deskFor(by));
    },
    refuse: async (operation, error, by) =>
      await refuse(requireName(operation), error, deskFor(by)),
  };
}

async function refuse(name: OperationName, error: Error, desk: Desk): Promise<Error> {
  const refusal =
    error instanceof KmsError ? error : new KmsError("SerializationException", error.message);
  const event = failureEvent(name, operationNamed(name), desk, { keys: [] }, refusal);
  try {
    await desk.trail.append(desk.trail.compose(event));
    return error;
  } catch (cause) {
    return new KmsError("KMSInternalException", undefined, { cause });
  }
}

/** The gateway asks blobMembers first, so an unknown name does not come this far. */
function requireName(operation: string): OperationName {
  if (!blobs.has(operation)) throw new Error(`${operation} is not an operation of KMS`);
  return operation as OperationName;
}

const blobs: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(operations).map(([name, operation]) => [
    name,
    new Set(blobMembersOf(operation.input)),
  ]),
);

function blobMembersOf(input: object): readonly string[] {
  const shapes = Object.entries(input) as [string, Shape<unknown>][];
  return shapes.filter(([, { blob }]) => blob).map(([member]) => member);
}
