/** The listener's certificate and private key, read from files. */
import { constants } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { SecureContextOptions } from "node:tls";
import { wipe } from "../lib/wipe.ts";
import { ListenRefused } from "./listen-refused.ts";

export interface TlsFiles {
  /** PEM: the certificate, then the chain it was issued by. */
  readonly certPath: string;
  /** PEM, not encrypted. */
  readonly keyPath: string;
}

/**
 * Reads and proves the files, then hands them to `use`, which must not keep them: the
 * private key's bytes are wiped after it. Throws ListenRefused when they do not parse
 * or do not belong together; `use` is not called then.
 */
export async function useTlsFiles(
  files: TlsFiles,
  use: (options: SecureContextOptions) => void,
): Promise<void> {
  const key = await read(files.keyPath);
  try {
    const options = secureContext(await read(files.certPath), key);
    prove(options, files);
    use(options);
  } finally {
    wipe(key);
  }
}

function secureContext(cert: Buffer, key: Buffer): SecureContextOptions {
  return {
    cert,
    key,
    minVersion: "TLSv1.2",
    // A client that asks for a second handshake inside the first makes the server work for free.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ListenRefused(`cannot read ${path}: check that it exists and who may read it`, {
      cause,
    });
  }
}

function prove(options: SecureContextOptions, { certPath, keyPath }: TlsFiles): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new ListenRefused(
      `${certPath} and ${keyPath} are not a PEM certificate and its private key: check the files`,
      { cause },
    );
  }
}
