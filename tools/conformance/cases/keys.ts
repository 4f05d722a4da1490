/** Making, describing, disabling and deleting keys. */
import type { CreateKeyRequest } from "@aws-sdk/client-kms";
import { answers, type Case, refuses, words } from "../case.ts";
import type { World } from "../world.ts";

const nowhere = "00000000-0000-4000-8000-000000000000";
const metadata =
  "AWSAccountId Arn CreationDate CustomerMasterKeySpec Description Enabled KeyId KeyManager " +
  "KeySpec KeyState KeyUsage MultiRegion Origin";

/** The metadata of a new key, as if it were the answer. */
async function createdKey(world: World, input: CreateKeyRequest): Promise<object> {
  const { KeyMetadata = {} } = await world.kms.describeKey({ KeyId: await world.newKey(input) });
  return KeyMetadata;
}

export const keyCases: readonly Case[] = [
  answers(
    "CreateKey",
    "symmetric",
    `${metadata} CurrentKeyMaterialId EncryptionAlgorithms`,
    async (world) => await createdKey(world, {}),
  ),
  answers(
    "CreateKey",
    "for signing",
    `${metadata} SigningAlgorithms`,
    async (world) => await createdKey(world, { KeySpec: "ECC_NIST_P384", KeyUsage: "SIGN_VERIFY" }),
  ),
  answers(
    "CreateKey",
    "for MACs",
    `${metadata} MacAlgorithms`,
    async (world) =>
      await createdKey(world, { KeySpec: "HMAC_512", KeyUsage: "GENERATE_VERIFY_MAC" }),
  ),
  answers(
    "CreateKey",
    "for key agreement",
    `${metadata} KeyAgreementAlgorithms`,
    async (world) =>
      await createdKey(world, { KeySpec: "ECC_NIST_P521", KeyUsage: "KEY_AGREEMENT" }),
  ),
  answers(
    "CreateKey",
    "for key encapsulation",
    `${metadata} EncapsulationAlgorithms`,
    async (world) =>
      await createdKey(world, { KeySpec: "ML_KEM_768", KeyUsage: "ENCAPSULATE_DECAPSULATE" }),
  ),
  answers(
    "CreateKey",
    "without key material",
    `${metadata} EncryptionAlgorithms`,
    async (world) => await createdKey(world, { Origin: "EXTERNAL" }),
  ),
  answers(
    "CreateKey",
    "multi-Region",
    `${metadata} CurrentKeyMaterialId EncryptionAlgorithms MultiRegionConfiguration`,
    async (world) => await createdKey(world, { MultiRegion: true }),
  ),
  refuses(
    "CreateKey",
    "asymmetric without a usage",
    {
      code: "ValidationException",
      message:
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    },
    async ({ kms }) => await kms.createKey({ KeySpec: "RSA_2048" }),
  ),
  refuses(
    "CreateKey",
    "a usage that does not fit",
    {
      code: "ValidationException",
      message: "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048",
    },
    async ({ kms }) => await kms.createKey({ KeySpec: "RSA_2048", KeyUsage: "KEY_AGREEMENT" }),
  ),
  refuses(
    "CreateKey",
    "a spec that does not exist",
    words.constraint("keySpec", "Member must satisfy enum value set: "),
    async ({ kms }) => await kms.createKey({ KeySpec: "HMAC_random" as "HMAC_224" }),
  ),
  refuses(
    "CreateKey",
    "a tag twice",
    { code: "TagException", message: "Duplicate tag keys" },
    async ({ kms }) => {
      const tag = { TagKey: "a", TagValue: "b" };
      return await kms.createKey({ Tags: [tag, tag] });
    },
  ),
  refuses(
    "CreateKey",
    "a policy that locks everyone out",
    {
      code: "MalformedPolicyDocumentException",
      message: "The new key policy will not allow you to update the key policy in the future.",
    },
    async ({ kms }) => {
      const Statement = [{ Effect: "Allow", Principal: "*", Action: "kms:List*", Resource: "*" }];
      return await kms.createKey({
        Policy: JSON.stringify({ Version: "2012-10-17", Statement }),
      });
    },
  ),
  answers("DescribeKey", "by id, ARN and alias", "KeyMetadata", async (world) => {
    await world.kms.describeKey({ KeyId: await world.alias() });
    await world.kms.describeKey({ KeyId: await world.arn("symmetric") });
    return await world.kms.describeKey({ KeyId: await world.key("symmetric") });
  }),
  refuses(
    "DescribeKey",
    "an id of no form",
    words.invalidKeyId("fake-key-id"),
    async ({ kms }) => await kms.describeKey({ KeyId: "fake-key-id" }),
  ),
  refuses(
    "DescribeKey",
    "an id of no key",
    words.noKey,
    async ({ kms }) => await kms.describeKey({ KeyId: nowhere }),
  ),
  refuses(
    "DescribeKey",
    "an alias of no key",
    words.noAlias,
    async ({ kms }) => await kms.describeKey({ KeyId: "alias/conformance-nowhere" }),
  ),
  refuses(
    "DescribeKey",
    "an ARN of another Region",
    { code: "NotFoundException", message: "Invalid arn ap-south-2" },
    async (world) => {
      const arn = await world.arn("symmetric");
      return await world.kms.describeKey({ KeyId: arn.replace(world.region, "ap-south-2") });
    },
  ),
  answers("ListKeys", "a page of one", "Keys NextMarker Truncated", async (world) => {
    await world.key("symmetric");
    await world.key("mac");
    return await world.kms.listKeys({ Limit: 1 });
  }),
  refuses(
    "ListKeys",
    "a marker made up",
    "InvalidMarkerException",
    async ({ kms }) => await kms.listKeys({ Marker: "made-up" }),
  ),
  refuses(
    "ListKeys",
    "a limit of 0",
    words.constraint("limit", "Member must have value greater than or equal to 1"),
    async ({ kms }) => await kms.listKeys({ Limit: 0 }),
  ),
  answers("DisableKey", "twice", "", async (world) => {
    const KeyId = await world.newKey();
    await world.kms.disableKey({ KeyId });
    return await world.kms.disableKey({ KeyId });
  }),
  refuses(
    "DisableKey",
    "a key that is pending deletion",
    words.pendingDeletion,
    async (world) => await world.kms.disableKey({ KeyId: await world.key("pendingDeletion") }),
  ),
  refuses(
    "DisableKey",
    "by an alias",
    "NotFoundException",
    async (world) => await world.kms.disableKey({ KeyId: await world.alias() }),
  ),
  answers(
    "EnableKey",
    "an enabled key",
    "",
    async (world) => await world.kms.enableKey({ KeyId: await world.newKey() }),
  ),
  refuses(
    "EnableKey",
    "a key that is pending deletion",
    words.pendingDeletion,
    async (world) => await world.kms.enableKey({ KeyId: await world.key("pendingDeletion") }),
  ),
  answers("UpdateKeyDescription", "to nothing", "", async (world) => {
    const KeyId = await world.newKey();
    return await world.kms.updateKeyDescription({ KeyId, Description: "" });
  }),
  refuses(
    "UpdateKeyDescription",
    "to more than 8,192 characters",
    words.constraint("description", "Member must have length less than or equal to 8192"),
    async (world) =>
      await world.kms.updateKeyDescription({
        KeyId: await world.key("symmetric"),
        Description: "x".repeat(8_193),
      }),
  ),
  answers(
    "ScheduleKeyDeletion",
    "in a week",
    "DeletionDate KeyId KeyState PendingWindowInDays",
    async (world) =>
      await world.kms.scheduleKeyDeletion({
        KeyId: await world.newKey(),
        PendingWindowInDays: 7,
      }),
  ),
  refuses(
    "ScheduleKeyDeletion",
    "twice",
    words.pendingDeletion,
    async (world) =>
      await world.kms.scheduleKeyDeletion({ KeyId: await world.key("pendingDeletion") }),
  ),
  refuses(
    "ScheduleKeyDeletion",
    "in six days",
    { code: "ValidationException", message: /^PendingWindowInDays must be between 7 and 30/ },
    async (world) =>
      await world.kms.scheduleKeyDeletion({
        KeyId: await world.key("symmetric"),
        PendingWindowInDays: 6,
      }),
  ),
  answers("CancelKeyDeletion", "in time", "KeyId", async (world) => {
    const KeyId = await world.newKey();
    await world.kms.scheduleKeyDeletion({ KeyId });
    return await world.kms.cancelKeyDeletion({ KeyId });
  }),
  refuses(
    "CancelKeyDeletion",
    "of a key that is not pending deletion",
    { code: "KMSInvalidStateException", message: /^arn:\S+ is not pending deletion\.$/ },
    async (world) => await world.kms.cancelKeyDeletion({ KeyId: await world.key("symmetric") }),
  ),
  answers(
    "GetKeyLastUsage",
    "of a key never used",
    "KeyCreationDate KeyId KeyLastUsage TrackingStartDate",
    async (world) => await world.kms.getKeyLastUsage({ KeyId: await world.newKey() }),
  ),
  refuses(
    "GetKeyLastUsage",
    "of no key",
    words.noKey,
    async ({ kms }) => await kms.getKeyLastUsage({ KeyId: nowhere }),
  ),
];
