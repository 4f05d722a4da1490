/**
 * Whatever is done to a multi-Region key, in whatever order and Region: there is exactly
 * one primary as long as there is a key, every Region tells of the same related keys, and
 * all of them have the same key material.
 */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { KmsError } from "./errors.ts";
import type { OperationName } from "./contract.ts";

const regions = ["eu-west-1", "us-east-1", "us-west-2"] as const;
const day = 86_400_000;
const secret = Buffer.from("what every key of the set can read");

interface Call {
  readonly name: OperationName;
  /** A Region, or wherever the primary is by then. */
  readonly where: string;
  readonly input: { readonly [member: string]: string | number };
}

interface Wait {
  readonly days: number;
}

const region = fc.constantFrom(...regions);
const calls = (name: OperationName, input: Record<string, fc.Arbitrary<string | number>> = {}) =>
  fc.record({
    name: fc.constant(name),
    // At the primary more steps have an effect.
    where: fc.constantFrom("primary", "primary", "primary", ...regions),
    input: fc.record(input),
  });

const replicate = calls("ReplicateKey", { ReplicaRegion: region });
const updatePrimary = calls("UpdatePrimaryRegion", { PrimaryRegion: region });
const rotate = calls("RotateKeyOnDemand");
const automatic = calls("EnableKeyRotation", {
  RotationPeriodInDays: fc.constantFrom(90, 100),
});

/** What changes something that related keys share. */
const sharedSteps: fc.Arbitrary<Call> = fc.oneof(replicate, updatePrimary, rotate, automatic);
const allSteps: fc.Arbitrary<Call | Wait> = fc.oneof(
  replicate,
  updatePrimary,
  rotate,
  automatic,
  calls("DisableKeyRotation"),
  calls("ScheduleKeyDeletion", { PendingWindowInDays: fc.constantFrom(7, 8) }),
  calls("ScheduleKeyDeletion", { PendingWindowInDays: fc.constantFrom(7, 8) }),
  calls("CancelKeyDeletion"),
  calls("EnableKey"),
  calls("DisableKey"),
  fc.record({ days: fc.constantFrom(7, 90) }),
);

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

/** A refusal is fine, for a step need not fit the state. Anything else is a defect. */
async function take(step: Call | Wait, KeyId: string): Promise<void> {
  if ("days" in step) {
    kms.nowMs += step.days * day;
    await kms.runLifecycle();
    return;
  }
  const { name, where, input } = step;
  const place = where === "primary" ? await primaryRegion(KeyId) : where;
  await unlessRefused(kms.send(name, { KeyId, ...input }, { region: place }));
}

async function primaryRegion(KeyId: string): Promise<string> {
  for (const place of regions) {
    const described = await unlessRefused(kms.call("DescribeKey", { KeyId }, { region: place }));
    const primary = described?.KeyMetadata?.MultiRegionConfiguration?.PrimaryKey;
    if (primary?.Region !== undefined) return primary.Region;
  }
  return regions[0];
}

async function unlessRefused<Output>(attempt: Promise<Output>): Promise<Output | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof KmsError && error.code !== "KMSInternalException") return undefined;
    throw error;
  }
}

/** One key as its own Region tells of it. */
interface Told {
  readonly state: string | undefined;
  readonly type: string | undefined;
  /** What all related keys have to tell alike. */
  readonly shared: object;
  /** Only a key that is not to be deleted tells of its schedule. */
  readonly schedule: object | undefined;
  /** What it cannot decrypt, though it is enabled. */
  readonly unread: number;
}

async function tellOf(
  KeyId: string,
  where: { readonly region: string },
  blobs: readonly Uint8Array[],
): Promise<Told | undefined> {
  const described = await unlessRefused(kms.call("DescribeKey", { KeyId }, where));
  if (described?.KeyMetadata === undefined) return undefined;
  const { KeyState: state, CurrentKeyMaterialId, MultiRegionConfiguration } = described.KeyMetadata;
  const { MultiRegionKeyType: type, ...related } = MultiRegionConfiguration ?? {};
  const listing = { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" } as const;
  const { Rotations } = await kms.call("ListKeyRotations", listing, where);
  const { KeyId: _arn, ...schedule } = await kms.call("GetKeyRotationStatus", { KeyId }, where);
  return {
    state,
    type,
    shared: { related, CurrentKeyMaterialId, Rotations },
    schedule: state === "Enabled" || state === "Disabled" ? schedule : undefined,
    unread: state === "Enabled" ? await countUnread(blobs, where) : 0,
  };
}

async function countUnread(blobs: readonly Uint8Array[], where: { readonly region: string }) {
  const opened = await Promise.all(
    blobs.map(
      async (CiphertextBlob) => await unlessRefused(kms.call("Decrypt", { CiphertextBlob }, where)),
    ),
  );
  return opened.filter((output) => !secret.equals(output?.Plaintext ?? new Uint8Array())).length;
}

/** What is wrong with a set of related keys: nothing, it is to be hoped. */
async function faultsOf(KeyId: string, blobs: readonly Uint8Array[]): Promise<readonly string[]> {
  const told = await Promise.all(
    regions.map(async (name) => await tellOf(KeyId, { region: name }, blobs)),
  );
  const keys = told.filter((one) => one !== undefined);
  const primaries = keys.filter(({ type }) => type === "PRIMARY").length;
  const waiting = keys.some(({ state }) => state === "PendingReplicaDeletion");
  const faults = {
    "not one primary": keys.length > 0 && primaries !== 1,
    "no agreement": distinct(keys.map(({ shared }) => shared)) > 1,
    "two schedules": distinct(keys.flatMap(({ schedule }) => schedule ?? [])) > 1,
    "unread ciphertexts": keys.some(({ unread }) => unread > 0),
    "a wait for no replica": waiting && keys.length === 1,
  };
  return Object.entries(faults).flatMap(([fault, found]) => (found ? [fault] : []));
}

function distinct(values: readonly object[]): number {
  return new Set(values.map((value) => JSON.stringify(value))).size;
}

async function encryptAnywhere(KeyId: string): Promise<Uint8Array[]> {
  const outputs = await Promise.all(
    regions.map(
      async (name) =>
        await unlessRefused(kms.call("Encrypt", { KeyId, Plaintext: secret }, { region: name })),
    ),
  );
  return outputs.flatMap((output) => output?.CiphertextBlob ?? []);
}

/** A primary in the first Region, with replicas in as many others. */
async function newKeyWith(replicas: number): Promise<string> {
  const KeyId = await kms.newKey({ MultiRegion: true });
  for (const ReplicaRegion of regions.slice(1, 1 + replicas)) {
    await kms.call("ReplicateKey", { KeyId, ReplicaRegion });
  }
  return KeyId;
}

const replicaCount = fc.integer({ min: 0, max: 2 });

test("there is one primary, and all related keys agree, after any steps", async () => {
  const taken = fc.array(allSteps, { minLength: 6, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(replicaCount, taken, async (replicas, sequence) => {
      const KeyId = await newKeyWith(replicas);
      const blobs: Uint8Array[] = [];
      for (const step of sequence) {
        blobs.push(...(await encryptAnywhere(KeyId)).slice(0, 1));
        await take(step, KeyId);
        expect(await faultsOf(KeyId, blobs)).toEqual([]);
      }
    }),
    { numRuns: 20 },
  );
}, 60_000);

test("there is one primary, and all related keys agree, after steps taken at once", async () => {
  const taken = fc.array(sharedSteps, { minLength: 2, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(replicaCount, taken, async (replicas, together) => {
      const KeyId = await newKeyWith(replicas);
      const blobs = await encryptAnywhere(KeyId);
      await Promise.all(together.map(async (step) => await take(step, KeyId)));
      expect(await faultsOf(KeyId, blobs)).toEqual([]);
    }),
    { numRuns: 40 },
  );
}, 60_000);
