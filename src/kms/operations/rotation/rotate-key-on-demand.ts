/**
 * RotateKeyOnDemand: new key material now, without moving the automatic schedule. A key with
 * imported key material takes what was imported for it.
 */
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { externalOrigin } from "../../imported-material.ts";
import type { Key } from "../../key.ts";
import { type Desk, keyOperation, useOfKeyId } from "../../operation.ts";
import { refuseReplica } from "../../primary-key.ts";
import {
  requirePendingMaterial,
  requireRotatable,
  rotate,
  rotateTo,
  type Rotation,
} from "../../rotation.ts";
import * as shape from "../../shapes.ts";

const maxOnDemandRotations = 25;
const quietBeforeAutomaticMs = 20 * 60_000;

export const rotateKeyOnDemand = keyOperation("RotateKeyOnDemand", {
  input: { KeyId: shape.keyReference },
  readOnly: false,
  uses: useOfKeyId("RotateKeyOnDemand", { state: "not disabled" }),
  async run({ key, ...desk }) {
    requireRotatable(key);
    refuseReplica(key);
    const { changes, events } = await rotateNow(key, desk);
    const output: Output<"RotateKeyOnDemand"> = { KeyId: key.arn };
    return { output, changes, responseElements: { keyId: key.arn }, serviceEvents: events };
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});

async function rotateNow(key: Key, desk: Desk): Promise<Rotation> {
  const { requestId } = desk.facts;
  if (key.origin !== externalOrigin) {
    requireFree(key, desk.nowMs);
    return await rotate({ ...desk, requestId }, key, "ON_DEMAND");
  }
  const pending = await requirePendingMaterial(desk.store, key, desk.nowMs);
  requireFree(key, desk.nowMs);
  return await rotateTo(pending, { ...desk, requestId }, key);
}

function requireFree(key: Key, nowMs: number): void {
  if (key.onDemandRotations >= maxOnDemandRotations) {
    throw new KmsError(
      "LimitExceededException",
      "The on-demand rotations limit has been reached for the given keyId. " +
        `No more on-demand rotations can be performed for this key: ${key.arn}`,
    );
  }
  if (key.nextRotationAtMs !== null && key.nextRotationAtMs - nowMs <= quietBeforeAutomaticMs) {
    throw new KmsError(
      "ConflictException",
      `An automatic rotation of the key ${key.arn} is in progress or about to begin.`,
    );
  }
}
