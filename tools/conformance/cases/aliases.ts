/** Aliases. */
import { answers, type Case, refuses, words } from "../case.ts";
import type { Kind, World } from "../world.ts";

async function create(world: World, AliasName: string, kind: Kind = "symmetric") {
  return await world.kms.createAlias({ AliasName, TargetKeyId: await world.key(kind) });
}

export const aliasCases: readonly Case[] = [
  answers(
    "CreateAlias",
    "of a key",
    "",
    async (world) => await create(world, world.aliasName("created")),
  ),
  refuses(
    "CreateAlias",
    "a name that is taken",
    { code: "AlreadyExistsException", message: /^An alias with the name arn:\S+ already exists$/ },
    async (world) => await create(world, await world.alias()),
  ),
  refuses(
    "CreateAlias",
    "a name without its prefix",
    {
      code: "ValidationException",
      message:
        'Alias must start with the prefix "alias/". Please see ' +
        "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    },
    async (world) => await create(world, "conformance"),
  ),
  refuses(
    "CreateAlias",
    "a name of AWS's own",
    "NotAuthorizedException",
    async (world) => await create(world, "alias/aws/conformance"),
  ),
  refuses(
    "CreateAlias",
    "a name with a blank",
    words.constraint("aliasName", "Member must satisfy regular expression pattern: "),
    async (world) => await create(world, "alias/with blank"),
  ),
  refuses(
    "CreateAlias",
    "of an alias",
    "ValidationException",
    async (world) =>
      await world.kms.createAlias({
        AliasName: world.aliasName("of-alias"),
        TargetKeyId: await world.alias(),
      }),
  ),
  refuses(
    "CreateAlias",
    "of a key that is pending deletion",
    words.pendingDeletion,
    async (world) => await create(world, world.aliasName("pending"), "pendingDeletion"),
  ),
  answers("UpdateAlias", "to another key", "", async (world) => {
    const AliasName = world.aliasName("updated");
    await create(world, AliasName);
    return await world.kms.updateAlias({ AliasName, TargetKeyId: await world.newKey() });
  }),
  refuses(
    "UpdateAlias",
    "of a name that is not there",
    words.noAlias,
    async (world) =>
      await world.kms.updateAlias({
        AliasName: "alias/conformance-nowhere",
        TargetKeyId: await world.key("symmetric"),
      }),
  ),
  refuses(
    "UpdateAlias",
    "to a key of another usage",
    "ValidationException",
    async (world) =>
      await world.kms.updateAlias({
        AliasName: await world.alias(),
        TargetKeyId: await world.key("mac"),
      }),
  ),
  answers("DeleteAlias", "of a key", "", async (world) => {
    const AliasName = world.aliasName("deleted");
    await create(world, AliasName);
    return await world.kms.deleteAlias({ AliasName });
  }),
  refuses(
    "DeleteAlias",
    "of a name that is not there",
    words.noAlias,
    async ({ kms }) => await kms.deleteAlias({ AliasName: "alias/conformance-nowhere" }),
  ),
  answers("ListAliases", "of a key", "Aliases Truncated", async (world) => {
    await world.alias();
    return await world.kms.listAliases({ KeyId: await world.key("symmetric") });
  }),
  refuses(
    "ListAliases",
    "a marker made up",
    "InvalidMarkerException",
    async ({ kms }) => await kms.listAliases({ Marker: "made-up" }),
  ),
];
