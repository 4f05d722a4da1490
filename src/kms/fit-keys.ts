/** The keys an operation uses: found, the caller allowed to use them, and fit for the use. */
import { andThen, type Eventually } from "../lib/eventually.ts";
import { authorize } from "./authorize.ts";
import type { Checked, Input, OperationName } from "./contract.ts";
import { KmsError } from "./errors.ts";
import { crossAccountOperations } from "./cross-account.ts";
import {
  aliasNameIn,
  requireKey,
  requireKeyBesideBlob,
  requireKeyOfBlob,
  requireMaterialOfBlob,
} from "./find-key.ts";
import { requireGenuineTokens } from "./grant-tokens.ts";
import type { ConditionFacts, Desk, KeyInUse, KeyOperation, KeyUse } from "./operation.ts";
import { requireAlgorithm, symmetricDefault } from "./key-algorithms.ts";
import { requireOrigin } from "./key-origin.ts";
import { requireState } from "./key-state.ts";

type Keys = readonly [KeyInUse, ...KeyInUse[]];

/**
 * All keys are found and authorized before the state of any is told. `found` hears of
 * them as soon as they are known, so that a refusal can name them on record. Nearly always
 * all that is asked for is in memory, and nothing is waited for.
 */
export function fitKeys<Name extends OperationName>(
  operation: KeyOperation<Name>,
  input: Checked<Input<Name>>,
  desk: Desk,
  found: (keys: readonly KeyInUse[]) => void,
): Eventually<Keys> {
  return andThen(requireTokens(input, desk), () =>
    andThen(findKeys(operation, input, desk), (keys) => {
      // Keys of others are not spoken of to whoever may not use them, on record neither.
      found(keys.filter(({ key }) => key.accountId === desk.caller.accountId));
      return andThen(authorizeUses(operation, input, keys, desk), () => {
        found(keys);
        return requireFitKeys(operation, input, keys, desk);
      });
    }),
  );
}

function requireTokens(input: object, desk: Desk): Eventually<void> {
  const { GrantTokens } = input as { readonly GrantTokens?: readonly string[] };
  return GrantTokens === undefined ? undefined : requireGenuineTokens(GrantTokens, desk);
}

function findKeys<Name extends OperationName>(
  operation: KeyOperation<Name>,
  input: Checked<Input<Name>>,
  desk: Desk,
): Eventually<Keys> {
  const [first, ...others] = operation.uses;
  const keys = andThen(findKey(operation, first, input, desk), (key): Keys => [key]);
  return others.reduce<Eventually<Keys>>(
    (before, use) =>
      andThen(before, (known) =>
        andThen(findKey(operation, use, input, desk), (key): Keys => [...known, key]),
      ),
    keys,
  );
}

function authorizeUses<Name extends OperationName>(
  operation: KeyOperation<Name>,
  input: Checked<Input<Name>>,
  keys: Keys,
  desk: Desk,
): Eventually<undefined> {
  return operation.uses.reduce<Eventually<undefined>>(
    (before, use, index) =>
      andThen(before, () =>
        andThen(use.keyConditions?.(keys, desk), (derived) =>
          authorizeUse({ operation, use, input, found: keys[index], derived }, desk),
        ),
      ),
    undefined,
  );
}

function requireFitKeys<Name extends OperationName>(
  operation: KeyOperation<Name>,
  input: Checked<Input<Name>>,
  [first, ...others]: Keys,
  desk: Desk,
): Eventually<Keys> {
  return andThen(checkBlob(operation.uses[0], input, first, desk), (opened) => {
    const keys: Keys = [opened, ...others];
    operation.uses.forEach((use, index) => requireFit(use, input, keys[index]));
    return keys;
  });
}

function findKey<Name extends OperationName>(
  operation: KeyOperation<Name>,
  use: KeyUse<Name>,
  input: Checked<Input<Name>>,
  desk: Desk,
): Eventually<KeyInUse> {
  const { action, acceptsAlias } = use;
  const lookup = { action, acceptsAlias, crossAccount: crossAccountOperations.has(operation.name) };
  const reference = use.reference(input);
  const blob = use.ciphertext?.(input);
  if (reference !== undefined && blob !== undefined) {
    return requireKeyBesideBlob(reference, blob, lookup, desk);
  }
  if (reference !== undefined) {
    return andThen(requireKey(reference, lookup, desk), (key) => ({
      key,
      blobMaterial: undefined,
    }));
  }
  if (blob === undefined) throw new Error(`${action} names no key`);
  return requireKeyOfBlob(blob, action, desk);
}

interface AskedUse<Name extends OperationName> {
  readonly operation: KeyOperation<Name>;
  readonly use: KeyUse<Name>;
  readonly input: Checked<Input<Name>>;
  readonly found: KeyInUse | undefined;
  /** The use's keyConditions. */
  readonly derived: ConditionFacts | undefined;
}

function authorizeUse<Name extends OperationName>(
  { operation, use, input, found, derived }: AskedUse<Name>,
  desk: Desk,
): Eventually<undefined> {
  if (found === undefined) throw new Error(`${use.action} has no key`);
  const reference = use.reference(input);
  return authorize(
    {
      action: use.action,
      key: found.key,
      // What changes an alias names it as its object: the key was not asked for by it.
      requestAlias: operation.readOnly ? aliasNameIn(reference) : undefined,
      conditions: () => ({ ...use.conditions?.(input), ...derived }),
      byCiphertext: reference === undefined,
      grantAsk: () => ({
        action: use.action,
        encryptionContext: use.encryptionContext && (use.encryptionContext(input) ?? {}),
        child: use.grantTerms?.(input),
      }),
    },
    desk,
  );
}

/** A key named beside a ciphertext blob must be the one that the blob names. */
function checkBlob<Name extends OperationName>(
  use: KeyUse<Name>,
  input: Checked<Input<Name>>,
  found: KeyInUse,
  desk: Desk,
): Eventually<KeyInUse> {
  const blob = use.ciphertext?.(input);
  if (blob === undefined || found.blobMaterial !== undefined) return found;
  return andThen(requireMaterialOfBlob(blob, found.key, desk), (blobMaterial) => ({
    key: found.key,
    blobMaterial,
  }));
}

function requireFit<Name extends OperationName>(
  use: KeyUse<Name>,
  input: Checked<Input<Name>>,
  found: KeyInUse | undefined,
): void {
  if (found === undefined) throw new Error(`${use.action} has no key`);
  const { key } = found;
  if (use.origin !== undefined) requireOrigin(key, use.origin);
  requireState(key, use.state);
  if (use.usage !== undefined && key.keyUsage !== use.usage) {
    throw new KmsError(
      "InvalidKeyUsageException",
      `${key.arn} key usage is ${key.keyUsage} which is not valid for ${use.action}.`,
    );
  }
  if (use.symmetricOnly === true && key.keySpec !== symmetricDefault) {
    throw new KmsError(
      "InvalidKeyUsageException",
      `${key.arn} key spec is ${key.keySpec} which is not valid for ${use.action}.`,
    );
  }
  if (use.algorithm !== undefined) requireAlgorithm(key, use.algorithm(input));
  use.check?.(input, key);
}
