/** What is done for each command. */
import { keyIdBytes, randomBytesAtMost } from "../pkcs11-protocol/codecs.ts";
import {
  deadlineMsOf,
  type Done,
  type TokenCommandName,
  type TokenReply,
  type TokenRequest,
} from "../pkcs11-protocol/commands.ts";
import type { Cryptoki } from "./cryptoki.ts";
import { TokenError } from "./return-values.ts";
import { Token } from "./token.ts";
import { createKey, decrypt, destroyKey, encrypt, type KeyPlace } from "./token-keys.ts";

export type TokenHandlers = {
  readonly [Name in TokenCommandName]: (request: TokenRequest<Name>) => Promise<TokenReply<Name>>;
};

const done: Done = { done: true };

/** Handlers for the tokens of these labels, and no others. */
export function tokenHandlers(cryptoki: Cryptoki, labels: readonly string[]): TokenHandlers {
  const tokens = new Map(labels.map((label) => [label, new Token(cryptoki, label)]));
  const requireToken = (label: string): Token => {
    const token = tokens.get(label);
    if (token === undefined) throw new TokenError("token-missing", "not one of ours");
    return token;
  };
  const placeOf = (
    { tokenLabel, keyId }: { readonly tokenLabel: string; readonly keyId: Uint8Array },
    command: TokenCommandName,
  ): KeyPlace => {
    if (keyId.length !== keyIdBytes) throw new TokenError("malformed", "a key id of no length");
    return { cryptoki, token: requireToken(tokenLabel), keyId, deadlineMs: deadlineOf(command) };
  };
  return {
    async findToken({ tokenLabel }) {
      await requireToken(tokenLabel).find();
      return done;
    },
    async logIn({ tokenLabel, pin }) {
      try {
        await requireToken(tokenLabel).logIn(Buffer.from(pin.buffer, pin.byteOffset, pin.length));
        return done;
      } finally {
        pin.fill(0);
      }
    },
    async logOut({ tokenLabel }) {
      await requireToken(tokenLabel).logOut();
      return done;
    },
    async createKey(request) {
      const handle = await createKey(placeOf(request, "createKey"), request.keyLabel);
      return { keyHandle: String(handle) };
    },
    encrypt: async (request) => await encrypt(placeOf(request, "encrypt"), request),
    decrypt: async (request) => ({
      plaintext: await decrypt(placeOf(request, "decrypt"), request),
    }),
    async destroyKey(request) {
      await destroyKey(placeOf(request, "destroyKey"));
      return done;
    },
    async generateRandom({ tokenLabel, lengthBytes }) {
      if (lengthBytes > randomBytesAtMost) throw new TokenError("malformed", "too many bytes");
      const token = requireToken(tokenLabel);
      const bytes = Buffer.from(new ArrayBuffer(lengthBytes));
      await token.use(
        deadlineOf("generateRandom"),
        async (session) => await cryptoki.generateRandom(session, bytes),
      );
      return { bytes };
    },
  };
}

function deadlineOf(command: TokenCommandName): number {
  return performance.now() + deadlineMsOf(command);
}
