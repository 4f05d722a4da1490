/**
 * Everything that may be said to the vault, and nothing else.
 *
 * No reply carries key material of a KMS key in the clear: no reply type here has a
 * place to put it. Add a field to this file only with a threat in mind.
 *
 * The vault stores nothing. Wrapped key material travels to it with the request; the
 * client leaves it out when the vault is known to hold it unwrapped (client and vault
 * both treat that as a hint: the vault asks again for what it has let go).
 */

/** The immutable facts that wrapped key material is bound to. */
export interface KeyMaterialFacts {
  /** 16 random bytes that name this generation of key material; they stand in every ciphertext blob. */
  readonly reference: Uint8Array;
  readonly accountId: string;
  /** A key id as on the wire: a UUID, or mrk- and 32 hex digits. */
  readonly keyId: string;
  /** The public key material id, 64 hex digits. */
  readonly keyMaterialId: string;
  readonly keySpec: string;
  readonly keyUsage: string;
  readonly origin: string;
  readonly multiRegion: boolean;
  readonly createdAtMs: number;
}

/** Key material as it rests in the store: useless without the vault. */
export interface WrappedKeyMaterial {
  readonly facts: KeyMaterialFacts;
  readonly wrapped: Uint8Array;
}

/** The immutable facts that a wrapped secret access key is bound to. */
export interface SecretAccessKeyFacts {
  readonly accountId: string;
  readonly accessKeyId: string;
}

/** The immutable facts that a wrapped import key is bound to. */
export interface ImportKeyFacts {
  readonly accountId: string;
  /** The key that material is to be imported into. */
  readonly keyId: string;
  /** 16 random bytes that name this import key. */
  readonly importId: Uint8Array;
}

/** The private key that unwraps key material for import, as it rests in the store. */
export interface WrappedImportKey {
  readonly facts: ImportKeyFacts;
  readonly wrapped: Uint8Array;
}

/** Of a request whose plaintext is for an attested recipient. */
export interface ForRecipient {
  /** DER SubjectPublicKeyInfo of an RSA key of 2048 to 4096 bits, proven to be the recipient's. */
  readonly recipientPublicKey: Uint8Array;
}

/** Of a reply: a plaintext as CMS EnvelopedData that only the recipient can open. */
export interface Enveloped {
  readonly envelope: Uint8Array;
}

export interface WrappedDomainKey {
  readonly number: number;
  readonly wrapped: Uint8Array;
}

/** Why the vault says no. It never says more. */
export type Refusal =
  /** The ciphertext, token or wrapped key is not one that these keys made for these facts. */
  | { readonly refused: "rejected" }
  /** No domain key has been opened yet, or not the one that is needed. */
  | { readonly refused: "domain-key-missing" }
  /** The request names unwrapped key material that the vault does not hold: send it along. */
  | { readonly refused: "material-required" }
  /** The plaintext is longer than the key can encrypt. */
  | { readonly refused: "too-long" }
  /** This machine lacks what the command needs. */
  | { readonly refused: "unsupported" }
  /** What was imported is not key material of the key's spec. */
  | { readonly refused: "wrong-material" }
  /** The work ended in an error: a defect, of which nothing more is told. */
  | { readonly refused: "failed" }
  /** The work was not begun in time, and is not begun any more. */
  | { readonly refused: "overdue" }
  /** The request is not one that this vault understands. */
  | { readonly refused: "malformed" };

/** As many commands as a peer may have under way at once. */
export const maximumInFlight = 1_024;

/** No members. Spelled so that "refused" in a reply still tells a refusal from it. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type
export type Nothing = Record<never, never>;

export interface VaultCommands {
  /** Who the vault is. Sent first on every connection. */
  describe: {
    request: Nothing;
    reply: { instanceId: string; rootKeyId: string };
  };
  /** Makes a new domain key and makes it the active one. */
  createDomainKey: { request: { number: number }; reply: { wrapped: Uint8Array } };
  /** Opens the stored domain keys; the highest number becomes the active one. */
  openDomainKeys: {
    request: { domainKeys: readonly WrappedDomainKey[] };
    reply: Nothing;
  };
  createKeyMaterial: { request: { facts: KeyMaterialFacts }; reply: { wrapped: Uint8Array } };
  /** As createKeyMaterial, for the specs that have a public half: DER SubjectPublicKeyInfo. */
  createKeyPair: {
    request: { facts: KeyMaterialFacts };
    reply: { wrapped: Uint8Array; publicKey: Uint8Array };
  };
  /** The public half of key material that has one, from the private half: nobody can have changed it. */
  derivePublicKey: {
    request: { material: WrappedKeyMaterial };
    /** DER SubjectPublicKeyInfo. */
    reply: { publicKey: Uint8Array };
  };
  /** Wipes unwrapped key material that the vault may still hold. */
  forgetKeyMaterial: { request: { reference: Uint8Array }; reply: Nothing };
  encrypt: {
    request: {
      material: WrappedKeyMaterial;
      /** The canonical bytes of the encryption context. */
      encryptionContext: Uint8Array;
      plaintext: Uint8Array;
    };
    reply: { ciphertextBlob: Uint8Array };
  };
  decrypt: {
    request: {
      material: WrappedKeyMaterial;
      encryptionContext: Uint8Array;
      ciphertextBlob: Uint8Array;
    };
    reply: { plaintext: Uint8Array };
  };
  /** Decrypts and encrypts again without the plaintext leaving the vault. */
  reEncrypt: {
    request: {
      source: WrappedKeyMaterial;
      /** SYMMETRIC_DEFAULT, or one of the RSA algorithms. */
      sourceAlgorithm: string;
      sourceEncryptionContext: Uint8Array;
      ciphertextBlob: Uint8Array;
      destination: WrappedKeyMaterial;
      destinationAlgorithm: string;
      destinationEncryptionContext: Uint8Array;
    };
    reply: { ciphertextBlob: Uint8Array };
  };
  rsaEncrypt: {
    request: { material: WrappedKeyMaterial; algorithm: string; plaintext: Uint8Array };
    reply: { ciphertext: Uint8Array };
  };
  rsaDecrypt: {
    request: { material: WrappedKeyMaterial; algorithm: string; ciphertext: Uint8Array };
    reply: { plaintext: Uint8Array };
  };
  sign: {
    request: {
      material: WrappedKeyMaterial;
      algorithm: string;
      /** Whether the message is to be signed, or a digest of it that the caller made. */
      messageType: string;
      message: Uint8Array;
    };
    reply: { signature: Uint8Array };
  };
  /** Rejected unless the signature is genuine. */
  verify: {
    request: {
      material: WrappedKeyMaterial;
      algorithm: string;
      messageType: string;
      message: Uint8Array;
      signature: Uint8Array;
    };
    reply: Nothing;
  };
  generateMac: {
    request: { material: WrappedKeyMaterial; algorithm: string; message: Uint8Array };
    reply: { mac: Uint8Array };
  };
  /** Rejected unless the MAC is genuine. */
  verifyMac: {
    request: {
      material: WrappedKeyMaterial;
      algorithm: string;
      message: Uint8Array;
      mac: Uint8Array;
    };
    reply: Nothing;
  };
  /** Rejected for a public key that the key cannot agree with. */
  deriveSharedSecret: {
    request: { material: WrappedKeyMaterial; publicKey: Uint8Array };
    reply: { sharedSecret: Uint8Array };
  };
  encapsulate: {
    request: { material: WrappedKeyMaterial };
    reply: { sharedSecret: Uint8Array; ciphertext: Uint8Array };
  };
  /** Rejected for a ciphertext of a wrong length only. */
  decapsulate: {
    request: { material: WrappedKeyMaterial; ciphertext: Uint8Array };
    reply: { sharedSecret: Uint8Array };
  };
  /** A key pair for the caller: the private half as DER PKCS#8, in the clear and sealed. */
  generateDataKeyPair: {
    request: { material: WrappedKeyMaterial; encryptionContext: Uint8Array; keyPairSpec: string };
    reply: {
      publicKey: Uint8Array;
      privateKey: Uint8Array;
      privateKeyCiphertextBlob: Uint8Array;
    };
  };
  generateDataKeyPairWithoutPlaintext: {
    request: { material: WrappedKeyMaterial; encryptionContext: Uint8Array; keyPairSpec: string };
    reply: { publicKey: Uint8Array; privateKeyCiphertextBlob: Uint8Array };
  };
  /** Makes the RSA key that a customer wraps key material for. */
  createImportKey: {
    request: {
      facts: ImportKeyFacts;
      /** RSA_2048, RSA_3072 or RSA_4096. */
      wrappingKeySpec: string;
    };
    /** The public half is DER SubjectPublicKeyInfo. */
    reply: { wrapped: Uint8Array; publicKey: Uint8Array };
  };
  /**
   * Takes in key material that was wrapped for an import key of the same KMS key. Rejected
   * whatever is wrong with how it was wrapped; "wrong-material" when it is not of the key's
   * spec. The same material under the same key has the same key material id, always.
   */
  importKeyMaterial: {
    request: {
      importKey: WrappedImportKey;
      /** RSAES_OAEP_SHA_1 or _256: the material. RSA_AES_KEY_WRAP_SHA_1 or _256: an AES key, then the material. */
      wrappingAlgorithm: string;
      encryptedKeyMaterial: Uint8Array;
      /** The origin is EXTERNAL. */
      facts: Omit<KeyMaterialFacts, "keyMaterialId">;
    };
    /** A public half, DER SubjectPublicKeyInfo, for the specs that have one. */
    reply: { wrapped: Uint8Array; keyMaterialId: string; publicKey?: Uint8Array };
  };
  /**
   * Says that a public key is that of imported key material, which the vault may have been
   * sent no more: the key material id tells. Rejected for any other, and for what is no public key.
   */
  vouchForPublicKey: {
    request: { keyId: string; keyMaterialId: string; publicKey: Uint8Array };
    reply: Nothing;
  };
  generateDataKey: {
    request: { material: WrappedKeyMaterial; encryptionContext: Uint8Array; lengthBytes: number };
    reply: { plaintext: Uint8Array; ciphertextBlob: Uint8Array };
  };
  /** A command of its own, so that a plaintext nobody asked for never leaves the vault. */
  generateDataKeyWithoutPlaintext: {
    request: { material: WrappedKeyMaterial; encryptionContext: Uint8Array; lengthBytes: number };
    reply: { ciphertextBlob: Uint8Array };
  };
  generateRandom: { request: { lengthBytes: number }; reply: { bytes: Uint8Array } };
  /** Commands of their own, so that a plaintext for a recipient never leaves the vault as it is. */
  decryptForRecipient: {
    request: VaultCommands["decrypt"]["request"] & ForRecipient;
    reply: Enveloped;
  };
  rsaDecryptForRecipient: {
    request: VaultCommands["rsaDecrypt"]["request"] & ForRecipient;
    reply: Enveloped;
  };
  deriveSharedSecretForRecipient: {
    request: VaultCommands["deriveSharedSecret"]["request"] & ForRecipient;
    reply: Enveloped;
  };
  generateDataKeyForRecipient: {
    request: VaultCommands["generateDataKey"]["request"] & ForRecipient;
    reply: Enveloped & { ciphertextBlob: Uint8Array };
  };
  generateDataKeyPairForRecipient: {
    request: VaultCommands["generateDataKeyPair"]["request"] & ForRecipient;
    reply: Enveloped & { publicKey: Uint8Array; privateKeyCiphertextBlob: Uint8Array };
  };
  generateRandomForRecipient: {
    request: VaultCommands["generateRandom"]["request"] & ForRecipient;
    reply: Enveloped;
  };
  /** Makes a secret access key, or takes the one given, and returns it once beside its wrapped form. */
  createSecretAccessKey: {
    request: { facts: SecretAccessKeyFacts; secretAccessKey?: Uint8Array };
    reply: { secretAccessKey: Uint8Array; wrapped: Uint8Array };
  };
  /** Derives the SigV4 signing key of one scope from a wrapped secret access key. */
  deriveSigningKey: {
    request: {
      facts: SecretAccessKeyFacts;
      wrapped: Uint8Array;
      date: string;
      region: string;
      service: string;
    };
    reply: { signingKey: Uint8Array };
  };
  /** Makes an opaque, authenticated token: a pagination marker, later a grant or import token. */
  sealToken: {
    request: { purpose: string; associatedData: Uint8Array; body: Uint8Array };
    reply: { token: Uint8Array };
  };
  openToken: {
    request: { purpose: string; associatedData: Uint8Array; token: Uint8Array };
    reply: { body: Uint8Array };
  };
}

export type VaultCommandName = keyof VaultCommands;
export type VaultRequest<Name extends VaultCommandName> = VaultCommands[Name]["request"];
export type VaultReply<Name extends VaultCommandName> = VaultCommands[Name]["reply"];

/** The commands whose work takes its time and is done beside others. */
export const slowCommands = [
  "createKeyPair",
  "reEncrypt",
  "rsaEncrypt",
  "rsaDecrypt",
  "sign",
  "verify",
  "deriveSharedSecret",
  "createImportKey",
  "importKeyMaterial",
  "generateDataKeyPair",
  "generateDataKeyPairWithoutPlaintext",
  "rsaDecryptForRecipient",
  "deriveSharedSecretForRecipient",
  "generateDataKeyPairForRecipient",
] as const satisfies readonly VaultCommandName[];

export type SlowCommandName = (typeof slowCommands)[number];

/** The whole vault, as the service sees it. */
export interface VaultClient {
  /**
   * Sends one command. A refusal is a value, never an exception; the client answers
   * "material-required" itself by sending the material along. Rejects with
   * VaultUnavailable when the vault is away or does not answer in time.
   */
  send<Name extends VaultCommandName>(
    command: Name,
    request: VaultRequest<Name>,
  ): Promise<VaultReply<Name> | Refusal>;
}

/** The vault cannot be asked at this moment. It is being restarted; the caller may try again. */
export class VaultUnavailable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "VaultUnavailable";
  }
}

/** Tells a refusal from what was asked for. */
export function isRefusal(reply: object): reply is Refusal {
  return "refused" in reply;
}
