/** What the cases of a conformance run work with: a client, and keys that are made when first asked for. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import {
  type CreateKeyRequest,
  KMS,
  type KMSClientConfig,
  type KMSServiceException,
  type ReplicateKeyCommandOutput,
} from "@aws-sdk/client-kms";

const kinds = {
  symmetric: {},
  rsa: { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" },
  rsaSigning: { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" },
  signing: { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" },
  ed25519: { KeySpec: "ECC_NIST_EDWARDS25519", KeyUsage: "SIGN_VERIFY" },
  mlDsa: { KeySpec: "ML_DSA_44", KeyUsage: "SIGN_VERIFY" },
  agreeing: { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" },
  encapsulating: { KeySpec: "ML_KEM_512", KeyUsage: "ENCAPSULATE_DECAPSULATE" },
  mac: { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" },
  external: { Origin: "EXTERNAL" },
  multiRegion: { MultiRegion: true },
} as const satisfies Record<string, CreateKeyRequest>;

export type Kind = keyof typeof kinds | "disabled" | "pendingDeletion";

export class World {
  readonly kms: KMS;
  readonly region: string;
  /** The same in another Region, where replicas are made. */
  readonly elsewhere: KMS;
  readonly otherRegion: string;
  /** Takes no 500 for an answer: what it makes is not what is tried. */
  readonly #patient: KMS;
  readonly #kept = new Map<string, Promise<string>>();
  readonly #keys: string[] = [];
  readonly #replicas: string[] = [];
  readonly #aliases: string[] = [];
  readonly #run = randomUUID().slice(0, 8);

  constructor(config: KMSClientConfig & { readonly region: string }) {
    this.region = config.region;
    this.kms = new KMS({ ...config, maxAttempts: 1 });
    this.otherRegion = config.region === "eu-west-1" ? "us-west-2" : "eu-west-1";
    this.elsewhere = new KMS({ ...elsewhere(config, this.otherRegion), maxAttempts: 1 });
    this.#patient = new KMS({ ...config, maxAttempts: 10 });
  }

  /** One key of a kind, the same for all cases. No case may change it. */
  async key(kind: Kind): Promise<string> {
    return await this.once(`key ${kind}`, async () => {
      if (kind in kinds) return await this.newKey(kinds[kind as keyof typeof kinds]);
      const KeyId = await this.newKey();
      if (kind === "disabled") await this.kms.disableKey({ KeyId });
      else await this.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
      return KeyId;
    });
  }

  /** The ARN of the one key of a kind. */
  async arn(kind: Kind): Promise<string> {
    const { KeyMetadata } = await this.kms.describeKey({ KeyId: await this.key(kind) });
    return KeyMetadata?.Arn ?? "";
  }

  /** A key of the case's own. */
  async newKey(input: CreateKeyRequest = {}): Promise<string> {
    const Description = "made by a conformance run";
    const { KeyMetadata } = await this.#patient.createKey({ Description, ...input });
    const KeyId = KeyMetadata?.KeyId;
    if (KeyId === undefined) throw new Error("CreateKey answered without a KeyId");
    this.#keys.push(KeyId);
    return KeyId;
  }

  /** Makes a replica in the other Region of a key of the case's own, and waits until it can be used. */
  async newReplica(KeyId: string): Promise<void> {
    const { ReplicaKeyMetadata } = await this.replicate(KeyId);
    let state = ReplicaKeyMetadata?.KeyState;
    for (let asked = 0; state === "Creating" && asked < 60; asked += 1) {
      await setTimeout(1_000);
      state = (await this.elsewhere.describeKey({ KeyId })).KeyMetadata?.KeyState;
    }
  }

  /** Makes a replica in the other Region. */
  async replicate(KeyId: string): Promise<ReplicateKeyCommandOutput> {
    const output = await this.kms.replicateKey({ KeyId, ReplicaRegion: this.otherRegion });
    this.#replicas.push(KeyId);
    return output;
  }

  /** An alias name of this run's own. */
  aliasName(name: string): string {
    const AliasName = `alias/conformance-${this.#run}-${name}`;
    this.#aliases.push(AliasName);
    return AliasName;
  }

  /** An alias of the one symmetric key. */
  async alias(): Promise<string> {
    return await this.once("alias", async () => {
      const AliasName = this.aliasName("shared");
      await this.kms.createAlias({ AliasName, TargetKeyId: await this.key("symmetric") });
      return AliasName;
    });
  }

  /** Something that is made for the first case that asks for it, and kept for the others. */
  async once<Value extends string>(name: string, make: () => Promise<Value>): Promise<string> {
    const made = this.#kept.get(name) ?? make();
    this.#kept.set(name, made);
    return await made;
  }

  /** Deletes the aliases and schedules the deletion of every key of the run. */
  async close(): Promise<void> {
    for (const AliasName of this.#aliases) await quietly(this.kms.deleteAlias({ AliasName }));
    for (const KeyId of this.#replicas) {
      await quietly(this.elsewhere.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 }));
    }
    for (const KeyId of this.#keys) {
      await quietly(this.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 }));
    }
    this.kms.destroy();
    this.elsewhere.destroy();
    this.#patient.destroy();
  }
}

/** The configuration of another Region. AWS's own endpoints carry the Region in their names. */
function elsewhere(config: KMSClientConfig & { readonly region: string }, region: string) {
  const { endpoint } = config;
  const moved = typeof endpoint === "string" ? endpoint.replace(config.region, region) : undefined;
  return { ...config, region, ...(moved === undefined ? {} : { endpoint: moved }) };
}

/** What is gone already, or never came to be, need not be cleared away. */
async function quietly(call: Promise<unknown>): Promise<void> {
  await call.catch((error: KMSServiceException) => {
    const gone = ["NotFoundException", "KMSInvalidStateException"];
    if (!gone.includes(error.name)) throw error;
  });
}
