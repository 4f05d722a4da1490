/**
 * Which requests share a quota, and how many of them AWS KMS takes a second from one account
 * in one Region (AWS KMS developer guide, "Request quotas").
 */
import type { OperationName } from "./contract.ts";

export interface RequestPool {
  readonly name: string;
  readonly perSecond: number;
}

/** The members that tell pools apart. */
interface Telling {
  readonly EncryptionAlgorithm?: string | undefined;
  readonly SourceEncryptionAlgorithm?: string | undefined;
  readonly DestinationEncryptionAlgorithm?: string | undefined;
  readonly SigningAlgorithm?: string | undefined;
  readonly KeyPairSpec?: string | undefined;
}

const largeRegions: ReadonlySet<string> = new Set(["us-east-1", "us-west-2", "eu-west-1"]);
const mediumRegions: ReadonlySet<string> = new Set([
  "us-east-2",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-northeast-1",
  "eu-central-1",
  "eu-west-2",
]);

const rsa: RequestPool = { name: "RSA", perSecond: 1_000 };
const ellipticCurves: RequestPool = { name: "ECC", perSecond: 1_000 };
const mlDsa: RequestPool = { name: "ML-DSA", perSecond: 1_000 };
/** AWS has published no number for ML-KEM: it gets that of the other asymmetric keys. */
const mlKem: RequestPool = { name: "ML-KEM", perSecond: 1_000 };

const pairsPerSecond: Readonly<Record<string, number>> = {
  RSA_2048: 20,
  RSA_3072: 4,
  RSA_4096: 1,
  SM2: 25,
};
const pairsPerSecondInChina: Readonly<Record<string, number>> = {
  RSA_2048: 1,
  RSA_3072: 0.5,
  RSA_4096: 0.1,
};
const otherPairsPerSecond = 100;

type Draw = (input: Telling, region: string) => readonly RequestPool[];

const symmetric: Draw = (_input, region) => [symmetricPool(region)];
const encryption: Draw = (input, region) => [encryptionPool(input.EncryptionAlgorithm, region)];
const signature: Draw = (input) => [signaturePool(input.SigningAlgorithm ?? "")];
const encapsulation: Draw = () => [mlKem];
const dataKeyPair: Draw = (input, region) => [
  pairPool(input.KeyPairSpec ?? "", region),
  symmetricPool(region),
];

/** A rate of its own, or what the operation shares with others. */
const quotas: Readonly<Record<OperationName, number | Draw>> = {
  Decrypt: encryption,
  Encrypt: encryption,
  ReEncrypt: (input, region) => [
    encryptionPool(input.SourceEncryptionAlgorithm, region),
    encryptionPool(input.DestinationEncryptionAlgorithm, region),
  ],
  GenerateDataKey: symmetric,
  GenerateDataKeyWithoutPlaintext: symmetric,
  GenerateMac: symmetric,
  GenerateRandom: symmetric,
  VerifyMac: symmetric,
  Sign: signature,
  Verify: signature,
  DeriveSharedSecret: () => [ellipticCurves],
  Decapsulate: encapsulation,
  Encapsulate: encapsulation,
  GenerateDataKeyPair: dataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: dataKeyPair,

  GetParametersForImport: 1,
  CancelKeyDeletion: 5,
  ConnectCustomKeyStore: 5,
  CreateAlias: 5,
  CreateCustomKeyStore: 5,
  CreateKey: 5,
  DeleteCustomKeyStore: 5,
  DescribeCustomKeyStores: 5,
  DisableKey: 5,
  DisableKeyRotation: 5,
  DisconnectCustomKeyStore: 5,
  EnableKey: 5,
  GetKeyLastUsage: 5,
  ReplicateKey: 5,
  RotateKeyOnDemand: 5,
  UntagResource: 5,
  UpdateAlias: 5,
  UpdateCustomKeyStore: 5,
  UpdateKeyDescription: 5,
  UpdatePrimaryRegion: 5,
  TagResource: 10,
  DeleteAlias: 15,
  DeleteImportedKeyMaterial: 15,
  EnableKeyRotation: 15,
  ImportKeyMaterial: 15,
  PutKeyPolicy: 15,
  ScheduleKeyDeletion: 15,
  CreateGrant: 50,
  RetireGrant: 50,
  RevokeGrant: 50,
  ListGrants: 100,
  ListKeyPolicies: 100,
  ListKeyRotations: 100,
  ListRetirableGrants: 100,
  ListAliases: 500,
  ListKeys: 500,
  GetKeyPolicy: 1_000,
  GetKeyRotationStatus: 1_000,
  DescribeKey: 2_000,
  GetPublicKey: 2_000,
  ListResourceTags: 2_000,
};

/**
 * The pools that a request draws on, once for each time that they stand in the list. The
 * algorithm in the request tells, not the key: nothing has been looked up yet.
 */
export function poolsOf(
  operation: OperationName,
  input: Telling,
  region: string,
): readonly RequestPool[] {
  const quota = quotas[operation];
  return typeof quota === "number" ? [{ name: operation, perSecond: quota }] : quota(input, region);
}

function symmetricPool(region: string): RequestPool {
  const rate = largeRegions.has(region) ? 100_000 : mediumRegions.has(region) ? 20_000 : 10_000;
  return { name: "symmetric", perSecond: rate };
}

function encryptionPool(algorithm: string | undefined, region: string): RequestPool {
  if (algorithm === "SM2PKE") return ellipticCurves;
  return algorithm?.startsWith("RSA") === true ? rsa : symmetricPool(region);
}

function signaturePool(algorithm: string): RequestPool {
  if (algorithm.startsWith("RSA")) return rsa;
  return algorithm.startsWith("ML_DSA") ? mlDsa : ellipticCurves;
}

function pairPool(spec: string, region: string): RequestPool {
  const inChina = region.startsWith("cn-") ? pairsPerSecondInChina[spec] : undefined;
  const rate = inChina ?? pairsPerSecond[spec] ?? otherPairsPerSecond;
  return { name: `data key pairs ${spec}`, perSecond: rate };
}
