/** The signing keys of proxies' credentials: derived by the vault, kept for a while. */
import { BoundedMap } from "../lib/bounded-map.ts";
import { wipe } from "../lib/wipe.ts";
import type { XksProxy } from "../service/external-keys.ts";
import { proxySecretFacts, type SecretAccessKeys } from "../service/secret-access-keys.ts";
import { SigningKey } from "../service/signing-key.ts";
import { signingService } from "./sign-request.ts";

const maxKept = 256;

export class SigningKeys {
  readonly #secretAccessKeys: SecretAccessKeys;
  readonly #kept = new BoundedMap<string, Promise<SigningKey>>(maxKept, (dropped) => {
    void dropped.then(wipeSoon, () => undefined);
  });

  constructor(secretAccessKeys: SecretAccessKeys) {
    this.#secretAccessKeys = secretAccessKeys;
  }

  /**
   * The signing key of a proxy's credential for one day (yyyymmdd), to be used at once. A
   * derivation that fails is not kept. The wrapped secret is part of the name: a new
   * secret is signed with from the moment it is stored.
   */
  async find(proxy: XksProxy, date: string): Promise<SigningKey> {
    const secret = Buffer.from(proxy.wrappedSecret).toString("base64");
    const name = `${proxy.accountId} ${proxy.region} ${date} ${secret}`;
    const known = this.#kept.get(name);
    if (known !== undefined) return await known;
    const derivation = this.#derive(proxy, date);
    this.#kept.set(name, derivation);
    try {
      return await derivation;
    } catch (error) {
      if (this.#kept.get(name) === derivation) this.#kept.delete(name);
      throw error;
    }
  }

  async #derive(proxy: XksProxy, date: string): Promise<SigningKey> {
    const bytes = await this.#secretAccessKeys.deriveSigningKey({
      facts: proxySecretFacts(proxy),
      wrapped: proxy.wrappedSecret,
      date,
      region: proxy.region,
      service: signingService,
    });
    try {
      return new SigningKey(bytes);
    } finally {
      wipe(bytes);
    }
  }
}

/** Whoever was just given the key uses it in this turn of the event loop. */
function wipeSoon(key: SigningKey): void {
  setImmediate(() => key.wipe());
}
