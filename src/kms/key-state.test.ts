import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importInto } from "../../test/customer.ts";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { JsonObject } from "../service/service.ts";
import type { OperationName } from "./contract.ts";

type State =
  | "Enabled"
  | "Disabled"
  | "PendingDeletion"
  | "PendingReplicaDeletion"
  | "PendingImport";
type Answer = "ok" | "disabled" | "pending deletion" | "not pending deletion" | "pending import";

const policy = JSON.stringify({
  Statement: {
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::111122223333:root" },
    Action: "kms:*",
    Resource: "*",
  },
});

interface Prepared {
  readonly kms: KmsBench;
  readonly KeyId: string;
  readonly CiphertextBlob: Uint8Array;
  readonly alias: string;
}

type MakeInput = (prepared: Prepared) => JsonObject;

const keyOnly: MakeInput = ({ KeyId }) => ({ KeyId });
const plaintext = Buffer.from("x");

/** The Key states page of the KMS developer guide, for keys whose material KMS made. */
const matrix: readonly (readonly [OperationName, MakeInput, Answer, Answer, Answer])[] = [
  //                                                Enabled, Disabled, PendingDeletion
  ["CancelKeyDeletion", keyOnly, "not pending deletion", "not pending deletion", "ok"],
  [
    "CreateAlias",
    ({ KeyId, alias }) => ({ AliasName: `${alias}-new`, TargetKeyId: KeyId }),
    "ok",
    "ok",
    "pending deletion",
  ],
  ["Decrypt", ({ CiphertextBlob }) => ({ CiphertextBlob }), "ok", "disabled", "pending deletion"],
  ["DeleteAlias", ({ alias }) => ({ AliasName: alias }), "ok", "ok", "ok"],
  ["DescribeKey", keyOnly, "ok", "ok", "ok"],
  ["DisableKey", keyOnly, "ok", "ok", "pending deletion"],
  ["DisableKeyRotation", keyOnly, "ok", "disabled", "pending deletion"],
  ["EnableKey", keyOnly, "ok", "ok", "pending deletion"],
  ["EnableKeyRotation", keyOnly, "ok", "disabled", "pending deletion"],
  [
    "Encrypt",
    ({ KeyId }) => ({ KeyId, Plaintext: plaintext }),
    "ok",
    "disabled",
    "pending deletion",
  ],
  [
    "GenerateDataKey",
    ({ KeyId }) => ({ KeyId, KeySpec: "AES_256" }),
    "ok",
    "disabled",
    "pending deletion",
  ],
  [
    "GenerateDataKeyWithoutPlaintext",
    ({ KeyId }) => ({ KeyId, NumberOfBytes: 8 }),
    "ok",
    "disabled",
    "pending deletion",
  ],
  ["GetKeyLastUsage", keyOnly, "ok", "ok", "ok"],
  ["GetKeyPolicy", keyOnly, "ok", "ok", "ok"],
  ["GetKeyRotationStatus", keyOnly, "ok", "ok", "ok"],
  ["ListAliases", keyOnly, "ok", "ok", "ok"],
  ["ListKeyPolicies", keyOnly, "ok", "ok", "ok"],
  ["ListKeyRotations", keyOnly, "ok", "ok", "ok"],
  ["ListResourceTags", keyOnly, "ok", "ok", "ok"],
  ["PutKeyPolicy", ({ KeyId }) => ({ KeyId, Policy: policy }), "ok", "ok", "ok"],
  [
    "ReEncrypt",
    ({ CiphertextBlob, KeyId }) => ({ CiphertextBlob, DestinationKeyId: KeyId }),
    "ok",
    "disabled",
    "pending deletion",
  ],
  [
    "ReplicateKey",
    ({ KeyId }) => ({ KeyId, ReplicaRegion: "us-east-1" }),
    "ok",
    "disabled",
    "pending deletion",
  ],
  ["RotateKeyOnDemand", keyOnly, "ok", "disabled", "pending deletion"],
  ["ScheduleKeyDeletion", keyOnly, "ok", "ok", "pending deletion"],
  ["TagResource", ({ KeyId }) => ({ KeyId, Tags: [] }), "ok", "ok", "pending deletion"],
  ["UntagResource", ({ KeyId }) => ({ KeyId, TagKeys: [] }), "ok", "ok", "pending deletion"],
  [
    "UpdateAlias",
    ({ KeyId, alias }) => ({ AliasName: alias, TargetKeyId: KeyId }),
    "ok",
    "ok",
    "pending deletion",
  ],
  [
    "UpdateKeyDescription",
    ({ KeyId }) => ({ KeyId, Description: "x" }),
    "ok",
    "ok",
    "pending deletion",
  ],
  [
    "UpdatePrimaryRegion",
    ({ KeyId }) => ({ KeyId, PrimaryRegion: "us-west-2" }),
    "ok",
    "disabled",
    "pending deletion",
  ],
];

/** Of keys that wait for key material to be imported: what is not listed is answered. */
const pendingImport: Readonly<Partial<Record<OperationName, Answer | "unsupported">>> = {
  CancelKeyDeletion: "not pending deletion",
  Decrypt: "pending import",
  DisableKey: "pending import",
  DisableKeyRotation: "unsupported",
  EnableKey: "pending import",
  EnableKeyRotation: "unsupported",
  Encrypt: "pending import",
  GenerateDataKey: "pending import",
  GenerateDataKeyWithoutPlaintext: "pending import",
  GetKeyRotationStatus: "unsupported",
  ReEncrypt: "pending import",
  ReplicateKey: "pending import",
  RotateKeyOnDemand: "pending import",
  UpdatePrimaryRegion: "pending import",
};

const states = [
  "Enabled",
  "Disabled",
  "PendingDeletion",
  "PendingReplicaDeletion",
  "PendingImport",
] as const;

const cases = matrix.flatMap(([name, input, enabled, disabled, pendingDeletion]) => {
  // A primary key that waits for its replicas is as good as one that is pending deletion.
  const answers = [enabled, disabled, pendingDeletion, pendingDeletion, pendingImport[name]];
  return states.map(
    (state, index) => ({ name, input, state, answer: answers[index] ?? "ok" }) as const,
  );
});

function refusalOf(answer: Answer | "unsupported", state: State, arn: string) {
  if (answer === "unsupported") {
    const message = `${arn} origin is EXTERNAL which is not valid for this operation.`;
    return { code: "UnsupportedOperationException", message };
  }
  const code = answer === "disabled" ? "DisabledException" : "KMSInvalidStateException";
  return { code, message: `${arn} is ${wordsOf(answer, state)}.` };
}

function wordsOf(answer: Answer, state: State): string {
  const waits = state === "PendingReplicaDeletion" && answer === "pending deletion";
  return waits ? "pending replica deletion" : answer;
}

describe("key states", () => {
  let kms: KmsBench;
  let made = 0;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  async function multiRegionKey(state: State): Promise<string> {
    const KeyId = await kms.newKey({ MultiRegion: true });
    if (state === "PendingDeletion") return KeyId;
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion: "us-west-2" });
    return KeyId;
  }

  async function prepare(state: State): Promise<Prepared> {
    const KeyId = state === "PendingImport" ? await importedKey() : await multiRegionKey(state);
    const output = await kms.call("Encrypt", { KeyId, Plaintext: plaintext });
    const CiphertextBlob = output.CiphertextBlob ?? new Uint8Array();
    made += 1;
    const alias = `alias/state-${made}`;
    await kms.call("CreateAlias", { AliasName: alias, TargetKeyId: KeyId });
    if (state === "Disabled") await kms.call("DisableKey", { KeyId });
    if (state.endsWith("Deletion")) await kms.call("ScheduleKeyDeletion", { KeyId });
    if (state === "PendingImport") await kms.call("DeleteImportedKeyMaterial", { KeyId });
    return { kms, KeyId, CiphertextBlob, alias };
  }

  async function importedKey(): Promise<string> {
    const KeyId = await kms.newKey({ Origin: "EXTERNAL" });
    await importInto(kms, KeyId, randomBytes(32));
    return KeyId;
  }

  test.each(cases)(
    "$name of a key that is $state: $answer",
    async ({ name, input, state, answer }) => {
      const prepared = await prepare(state);
      const attempt = kms.send(name, input(prepared));
      if (answer === "ok") {
        await attempt;
        return;
      }
      expect(await refusal(attempt)).toEqual(refusalOf(answer, state, kms.arn(prepared.KeyId)));
      const { KeyMetadata } = await kms.call("DescribeKey", { KeyId: prepared.KeyId });
      expect(KeyMetadata?.KeyState).toBe(state);
    },
  );
});
