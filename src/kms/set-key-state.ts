import type { Change } from "../store/store.ts";
import { changed, type Key } from "./key.ts";

/** What EnableKey and DisableKey bring about: a key that is in that state already is left alone. */
export function setKeyState(key: Key, keyState: "Enabled" | "Disabled") {
  const record = changed(key, { keyState });
  const changes: Change[] =
    key.keyState === keyState ? [] : [{ kind: "update", table: "keys", record }];
  return { output: {}, changes, responseElements: { keyId: key.arn } };
}
