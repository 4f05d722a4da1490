/** The signing keys of proxies' credentials: derived by the vault, kept for a while. */
import type { Eventually } from "../lib/eventually.ts";
import { Derived, derivedSigningKey } from "../service/derived.ts";
import type { XksProxy } from "../service/external-keys.ts";
import { proxySecretFacts, type SecretAccessKeys } from "../service/secret-access-keys.ts";
import type { SigningKey } from "../service/signing-key.ts";
import { signingService } from "./sign-request.ts";

const maxKept = 256;

export class SigningKeys {
  readonly #secretAccessKeys: SecretAccessKeys;
  readonly #kept = new Derived<SigningKey>(maxKept, (key) => key.wipe());

  constructor(secretAccessKeys: SecretAccessKeys) {
    this.#secretAccessKeys = secretAccessKeys;
  }

  /**
   * The signing key of a proxy's credential for one day (yyyymmdd), to be used at once. The
   * wrapped secret is part of the name: a new secret is signed with from the moment it is
   * stored.
   */
  find(proxy: XksProxy, date: string): Eventually<SigningKey> {
    const { accountId, region, wrappedSecret: wrapped } = proxy;
    const secret = Buffer.from(wrapped).toString("base64");
    return this.#kept.find(`${accountId} ${region} ${date} ${secret}`, () =>
      derivedSigningKey(this.#secretAccessKeys, {
        facts: proxySecretFacts(proxy),
        wrapped,
        date,
        region,
        service: signingService,
      }),
    );
  }
}
