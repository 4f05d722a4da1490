/** DisableKey: idempotent, and refused while the key is pending deletion or import. */
import { daysUnused } from "../../days-unused.ts";
import { setKeyState } from "../../set-key-state.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const disableKey = keyOperation("DisableKey", {
  input: { KeyId: shape.keyReference },
  readOnly: false,
  emptyBody: true,
  uses: useOfKeyId("DisableKey", {
    state: "enabled or disabled",
    keyConditions: daysUnused,
  }),
  run: ({ key }) => Promise.resolve(setKeyState(key, "Disabled")),
  record: ({ KeyId }) => ({ keyId: KeyId }),
});
