/**
 * A Nitro platform of the tests' own: a root, the certificates below it, and the documents
 * that its enclaves would be handed. Each part can be made wrong.
 */
import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from "node:crypto";
import { cbor, type CborInput } from "./cbor-writer.ts";
import { issueCertificate } from "./issue-certificate.ts";

const minute = 60_000;

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Platform {
  readonly root: X509Certificate;
  /** A document of a new enclave at a time, with members in place of its own. */
  document(nowMs: number, changes?: DocumentChanges): Buffer;
  /** The payload of such a document, for tests that sign it themselves. */
  payload(nowMs: number, members?: Readonly<Record<string, CborInput>>): Map<string, CborInput>;
  /** COSE_Sign1 over a payload by the enclave's own key. */
  signed(payload: Buffer, changes?: SignatureChanges): Buffer;
}

export interface SignatureChanges {
  readonly header?: Buffer;
  readonly signer?: KeyObject;
  readonly tagged?: boolean;
}

export interface DocumentChanges extends SignatureChanges {
  /** undefined takes a member out. */
  readonly members?: Readonly<Record<string, CborInput>>;
}

export interface PlatformOptions {
  /** When the enclave's certificate was issued; it is valid for three hours. */
  readonly issuedAtMs: number;
  /** Whether the certificate in the middle may issue others. */
  readonly intermediateIssues?: boolean;
  readonly leafIssues?: boolean;
  readonly curve?: string;
}

/** The key pair of an enclave: what is enveloped for it, its private half opens. */
export const enclavePair: Pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const pcr0 = Buffer.alloc(48, 0xab);
const es384Header = cbor(new Map([[1, -35]]));

export function nitroPlatform(options: PlatformOptions): Platform {
  const { issuedAtMs, intermediateIssues = true, leafIssues = false } = options;
  const newPair = (): Pair =>
    generateKeyPairSync("ec", { namedCurve: options.curve ?? "secp384r1" });
  const [rootPair, middlePair, leafPair] = [newPair(), newPair(), newPair()];
  const ages = { fromMs: issuedAtMs - minute, toMs: issuedAtMs + 180 * minute };
  const rootDer = issueCertificate({
    subject: "test.nitro-enclaves",
    issuer: "test.nitro-enclaves",
    publicKey: rootPair.publicKey,
    signer: rootPair.privateKey,
    fromMs: Date.UTC(2019, 9, 28),
    toMs: Date.UTC(2049, 9, 28),
    issues: true,
  });
  const middleDer = issueCertificate({
    subject: "zone.test.nitro-enclaves",
    issuer: "test.nitro-enclaves",
    publicKey: middlePair.publicKey,
    signer: rootPair.privateKey,
    ...ages,
    issues: intermediateIssues,
  });
  const leafDer = issueCertificate({
    subject: "i-0123456789abcdef0-enc0123456789abcdef.test",
    issuer: "zone.test.nitro-enclaves",
    publicKey: leafPair.publicKey,
    signer: middlePair.privateKey,
    ...ages,
    issues: leafIssues,
  });

  const platform: Platform = {
    root: new X509Certificate(rootDer),
    payload(nowMs, members = {}) {
      const own: Record<string, CborInput> = {
        module_id: "i-0123456789abcdef0-enc0123456789abcdef",
        digest: "SHA384",
        timestamp: nowMs,
        pcrs: new Map([
          [0, pcr0],
          [1, Buffer.alloc(48, 0x11)],
          [8, Buffer.alloc(48)],
        ]),
        certificate: leafDer,
        cabundle: [rootDer, middleDer],
        public_key: spki(enclavePair.publicKey),
        user_data: null,
        nonce: null,
      };
      const all = Object.entries({ ...own, ...members });
      return new Map(all.filter(([, value]) => value !== undefined));
    },
    signed(payload, { header = es384Header, signer = leafPair.privateKey, tagged = false } = {}) {
      const toSign = cbor(["Signature1", header, Buffer.alloc(0), payload]);
      const signature = sign("sha384", toSign, { key: signer, dsaEncoding: "ieee-p1363" });
      const message = cbor([header, new Map(), payload, signature]);
      return tagged ? Buffer.concat([Buffer.of(0xd2), message]) : message;
    },
    document: (nowMs, { members, ...changes } = {}) =>
      platform.signed(cbor(platform.payload(nowMs, members)), changes),
  };
  return platform;
}

export function spki(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}
