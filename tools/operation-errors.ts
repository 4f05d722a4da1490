/**
 * The errors each operation can answer with, read from the code: those that stand in what
 * the operation mentions, directly or not, and those of the steps that the corridor takes
 * for it because of what it declares. Tests hold every refusal they see to this list.
 */
import path from "node:path";
import type { KeyName } from "../src/store/records.ts";
import { type Limit, LimitReached } from "../src/store/store.ts";
import type { OperationName } from "../src/kms/contract.ts";
import { isKmsErrorCode, KmsError } from "../src/kms/errors.ts";
import type { Key } from "../src/kms/key.ts";
import { requireState, type StateRequirement } from "../src/kms/key-state.ts";
import { operations } from "../src/kms/operations.ts";
import * as quotas from "../src/kms/quotas.ts";
import { type Declarations, readDeclarations } from "./declarations.ts";

/** What of an operation the corridor acts on. */
interface Declared {
  readonly name: string;
  readonly input: object;
  readonly uses?: readonly {
    readonly acceptsAlias: boolean;
    readonly ciphertext?: unknown;
    readonly origin?: string;
    readonly state: StateRequirement;
    readonly usage?: string;
  }[];
}

const kms = path.join(import.meta.dirname, "../src/kms");

/** Every state that a key can be found in. */
const keyStates = [
  "Enabled",
  "Disabled",
  "PendingDeletion",
  "PendingReplicaDeletion",
  "PendingImport",
];

/** Ways that everybody's code goes by and few operations can take. */
const taken: Readonly<Record<string, readonly string[]>> = {
  // A key of AWS's own is made by the first who describes it.
  "aws-managed-keys.ts#createAwsManagedKey": ["DescribeKey"],
  // Only these send the vault what it can refuse in this way.
  "vault.ts#wrongMaterial": ["ImportKeyMaterial"],
  "vault.ts#unsupported": [
    "Sign",
    "Verify",
    "Encrypt",
    "Decrypt",
    "ReEncrypt",
    "DeriveSharedSecret",
  ],
};

/** Where a port is called, and what is behind it: no import leads there. */
const behindPorts: Readonly<Record<string, string>> = {
  "key-store-settings.ts#sealCredential": "secret-access-keys.ts#vaultSecretAccessKeys",
  "token-key-store.ts#sealPassword": "key-store-passwords.ts#vaultKeyStorePasswords",
};

/** The errors of every operation, sorted, by the operation's name. */
export function errorsOfOperations(): ReadonlyMap<string, readonly string[]> {
  const declarations = readDeclarations(kms);
  return new Map(
    (Object.keys(operations) as OperationName[]).map((name) => [
      name,
      errorsOf(operations[name], declarations),
    ]),
  );
}

function errorsOf(operation: Declared, declarations: Declarations): readonly string[] {
  const steps = [rootOf(operation.name, declarations), ...stepsOf(operation)];
  const reached = reach(steps, cutsOf(operation), declarations);
  const words = [...reached].flatMap((step) => declarations.get(step)?.errors ?? []);
  // An XKS proxy has errors of its own, which nobody is answered with.
  const named = words.filter(isKmsErrorCode);
  const uses = operation.uses ?? [];
  const ofStates = uses.flatMap(({ state }) => errorsOfState(state));
  const ofUsage = uses.some(({ usage }) => usage !== undefined) ? ["InvalidKeyUsageException"] : [];
  return [...new Set([...named, ...ofStates, ...ofUsage, ...errorsOfQuotas(reached)])].toSorted();
}

/** The declaration that the table of operations has for a name. */
function rootOf(name: string, declarations: Declarations): string {
  const variable = name.charAt(0).toLowerCase() + name.slice(1);
  const table = declarations.get("operations.ts#operations")?.mentions ?? [];
  const root = table.find((mention) => mention.endsWith(`#${variable}`));
  if (root === undefined) throw new Error(`the table of operations mentions no ${variable}`);
  return root;
}

/** The steps that the corridor takes for an operation. */
function stepsOf({ input, uses = [] }: Declared): readonly string[] {
  const steps = [
    "check.ts#checkInput",
    "answer.ts#countRequest",
    "answer.ts#asKmsError",
    "errors.ts#throttled",
    "authorize.ts#requireIdentityAction",
  ];
  if (uses.length > 0) steps.push("find-key.ts#requireKey", "authorize.ts#authorize");
  if (uses.some(({ ciphertext }) => ciphertext !== undefined)) {
    steps.push("find-key.ts#requireKeyOfBlob", "find-key.ts#requireMaterialOfBlob");
  }
  if (uses.some(({ origin }) => origin !== undefined)) steps.push("key-origin.ts#requireOrigin");
  if ("GrantTokens" in input) steps.push("grant-tokens.ts#requireGenuineTokens");
  if ("DryRun" in input) steps.push("dry-run.ts#refuseDryRun");
  if ("Recipient" in input) steps.push("recipients.ts#recipientOf");
  return steps;
}

/** Where the way on is not this operation's: what is found behind is worked out otherwise. */
function cutsOf({ name, uses = [] }: Declared): ReadonlySet<string> {
  const others = Object.keys(taken).filter((way) => taken[way]?.includes(name) !== true);
  const cuts = new Set(["quotas.ts#quotaReached", "key-state.ts#requireState", ...others]);
  if (!uses.some(({ acceptsAlias }) => acceptsAlias)) cuts.add("find-key.ts#requireKeyByAlias");
  return cuts;
}

function reach(
  from: readonly string[],
  cuts: ReadonlySet<string>,
  declarations: Declarations,
): ReadonlySet<string> {
  const known = [...from, ...cuts, ...Object.entries(behindPorts).flat()];
  const missing = known.find((step) => !declarations.has(step));
  if (missing !== undefined) throw new Error(`there is no ${missing} any more`);
  const reached = new Set(from);
  // Grows while it is walked: what a step mentions is looked at when its turn comes.
  for (const step of reached) {
    for (const next of mentionsOf(step, declarations)) if (!cuts.has(next)) reached.add(next);
  }
  return reached;
}

function mentionsOf(step: string, declarations: Declarations): readonly string[] {
  const mentions = declarations.get(step)?.mentions ?? [];
  const behind = behindPorts[step];
  return behind === undefined ? mentions : [...mentions, behind];
}

/** What the requirement says to a key in each of the states. */
function errorsOfState(requirement: StateRequirement): readonly string[] {
  const keys = keyStates.map((keyState) => ({ arn: "", keyState }));
  const away = { arn: "", keyState: "Enabled", keyStore: { connectionState: "DISCONNECTED" } };
  return [...keys, away].flatMap((key) => codeOf(() => requireState(key as Key, requirement)));
}

/** What is answered where one of the limits that the operation mentions is reached. */
function errorsOfQuotas(reached: ReadonlySet<string>): readonly string[] {
  const where: KeyName & { customKeyStoreId: string } = {
    accountId: "",
    region: "",
    keyId: "",
    customKeyStoreId: "",
  };
  return Object.entries(quotas).flatMap(([name, limitOf]) => {
    if (!reached.has(`quotas.ts#${name}`)) return [];
    const { code } = quotas.quotaReached(
      new LimitReached((limitOf as (at: typeof where) => Limit)(where)),
    );
    return [code];
  });
}

function codeOf(work: () => void): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof KmsError) return [error.code];
    throw error;
  }
}
