import { testBridge } from "./bridge-self-test.ts";
import { type OpenSsl, loadOpenSsl } from "./openssl.ts";

/** The bridge to OpenSSL, loaded and tested when it is needed for the first time. */
export class Bridge {
  readonly #file: string;
  #tested: Promise<OpenSsl> | undefined;

  /** `file` is the addon's. */
  constructor(file: string) {
    this.#file = file;
  }

  async openSsl(): Promise<OpenSsl> {
    this.#tested ??= loadTested(this.#file);
    return await this.#tested;
  }
}

async function loadTested(file: string): Promise<OpenSsl> {
  const openSsl = loadOpenSsl(file);
  await testBridge(openSsl);
  return openSsl;
}
