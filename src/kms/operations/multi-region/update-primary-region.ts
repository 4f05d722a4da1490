/** UpdatePrimaryRegion: a replica and the primary key change places. */
import { authorize, type KeyAccess } from "../../authorize.ts";
import { KmsError } from "../../errors.ts";
import { forwardedEvent } from "../../events.ts";
import { type Key, keyArn, keyAt } from "../../key.ts";
import { requireState } from "../../key-state.ts";
import { keyOperation } from "../../operation.ts";
import { requirePrimary } from "../../primary-key.ts";
import { changeShared, relatedKeys } from "../../related-keys.ts";
import * as shape from "../../shapes.ts";

const action = "UpdatePrimaryRegion";

export const updatePrimaryRegion = keyOperation(action, {
  input: { KeyId: shape.keyReference, PrimaryRegion: shape.regionName },
  readOnly: false,
  emptyBody: true,
  uses: [
    {
      action,
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      state: "enabled",
      conditions: ({ PrimaryRegion }) => ({ "kms:PrimaryRegion": PrimaryRegion }),
    },
  ],

  async run({ input, key, ...desk }) {
    requirePrimary(key);
    const { PrimaryRegion } = input;
    const related = await relatedKeys(desk.store, key);
    const next = requireReplicaIn(PrimaryRegion, key, related);
    // Both keys have to allow it; the corridor has asked the one that was named.
    await authorize(accessTo(next), desk);
    requireState(keyAt(next, desk.nowMs), "enabled");
    return {
      output: {},
      changes: changeShared(related, { primaryRegion: PrimaryRegion }),
      responseElements: { keyId: key.arn },
      serviceEvents: [
        forwardedEvent(action, desk, PrimaryRegion, {
          requestParameters: { keyId: next.arn, primaryRegion: PrimaryRegion },
          responseElements: { keyId: next.arn },
        }),
      ],
    };
  },

  record: ({ KeyId, PrimaryRegion }) => ({ keyId: KeyId, primaryRegion: PrimaryRegion }),
});

function accessTo(key: Key): KeyAccess {
  return {
    action,
    key,
    requestAlias: undefined,
    conditions: () => ({ "kms:PrimaryRegion": key.region }),
    byCiphertext: false,
    grantAsk: () => ({ action, encryptionContext: undefined, child: undefined }),
  };
}

function requireReplicaIn(region: string, primary: Key, related: readonly Key[]): Key {
  const found = related.find((key) => key.region === region);
  if (found === primary) {
    throw new KmsError(
      "ValidationException",
      `${primary.arn} is the primary key already: ${region} is its Region.`,
    );
  }
  if (found !== undefined) return found;
  const arn = keyArn({ ...primary, region });
  throw new KmsError("NotFoundException", `Key '${arn}' does not exist`);
}
