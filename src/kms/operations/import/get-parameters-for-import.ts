/** GetParametersForImport: an RSA key made for this call to wrap key material for, and the token that goes with it. */
import { randomBytes } from "node:crypto";
import { msPerDay } from "../../../lib/clock.ts";
import type { Output } from "../../contract.ts";
import { sealImportToken } from "../../import-token.ts";
import { requireWrapping, wrappingAlgorithms, wrappingKeySpecs } from "../../import-wrapping.ts";
import { externalOrigin } from "../../imported-material.ts";
import { keyOperation } from "../../operation.ts";
import { importKeyQuota } from "../../quotas.ts";
import * as shape from "../../shapes.ts";
import { askVault } from "../../vault.ts";

const lifetimeMs = msPerDay;
const importIdBytes = 16;

export const getParametersForImport = keyOperation("GetParametersForImport", {
  input: {
    KeyId: shape.keyReference,
    WrappingAlgorithm: shape.oneOf(wrappingAlgorithms),
    WrappingKeySpec: shape.oneOf(wrappingKeySpecs),
  },
  readOnly: true,
  uses: [
    {
      action: "GetParametersForImport",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      origin: externalOrigin,
      state: "not pending deletion",
      check: ({ WrappingAlgorithm: wrappingAlgorithm, WrappingKeySpec: wrappingKeySpec }, key) =>
        requireWrapping(key, { wrappingAlgorithm, wrappingKeySpec }),
      conditions: ({ WrappingAlgorithm, WrappingKeySpec }) => ({
        "kms:WrappingAlgorithm": WrappingAlgorithm,
        "kms:WrappingKeySpec": WrappingKeySpec,
      }),
    },
  ],

  async run({ input, key, vault, nowMs }) {
    const { accountId, region, keyId } = key;
    const { WrappingAlgorithm: wrappingAlgorithm, WrappingKeySpec: wrappingKeySpec } = input;
    const importId = randomBytes(importIdBytes);
    const { wrapped, publicKey } = await askVault(vault, "createImportKey", {
      facts: { accountId, keyId, importId },
      wrappingKeySpec,
    });
    const importKey = {
      accountId,
      region,
      keyId,
      importId: importId.toString("hex"),
      wrapped,
      wrappingAlgorithm,
      expiresAtMs: nowMs + lifetimeMs,
    };
    const parameters = { importKey, wrappingAlgorithm, wrappingKeySpec };
    const output: Output<"GetParametersForImport"> = {
      KeyId: key.arn,
      ImportToken: await sealImportToken({ vault }, key, parameters),
      PublicKey: publicKey,
      ParametersValidTo: new Date(importKey.expiresAtMs),
    };
    return {
      output,
      changes: [{ kind: "insert", table: "importKeys", record: importKey }, importKeyQuota(key)],
    };
  },

  record: ({ KeyId, WrappingAlgorithm, WrappingKeySpec }) => ({
    keyId: KeyId,
    wrappingAlgorithm: WrappingAlgorithm,
    wrappingKeySpec: WrappingKeySpec,
  }),
});
