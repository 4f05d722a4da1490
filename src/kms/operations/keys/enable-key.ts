/** EnableKey: idempotent, and refused while the key is pending deletion or import. */
import { setKeyState } from "../../set-key-state.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const enableKey = keyOperation("EnableKey", {
  input: { KeyId: shape.keyReference },
  readOnly: false,
  emptyBody: true,
  uses: useOfKeyId("EnableKey", { state: "enabled or disabled" }),
  run: ({ key }) => Promise.resolve(setKeyState(key, "Enabled")),
  record: ({ KeyId }) => ({ keyId: KeyId }),
});
