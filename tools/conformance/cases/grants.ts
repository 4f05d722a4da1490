/** Grants. */
import type { CreateGrantRequest } from "@aws-sdk/client-kms";
import { answers, type Case, refuses, words } from "../case.ts";
import type { Kind, World } from "../world.ts";

const noGrant = "0".repeat(64);

/** A grant to the account itself, whose root exists everywhere. */
async function create(
  world: World,
  { kind = "symmetric", ...input }: Partial<CreateGrantRequest> & { readonly kind?: Kind } = {},
) {
  const [, , , , account = ""] = (await world.arn("symmetric")).split(":");
  return await world.kms.createGrant({
    KeyId: await world.key(kind),
    GranteePrincipal: `arn:aws:iam::${account}:root`,
    Operations: ["Encrypt"],
    ...input,
  });
}

export const grantCases: readonly Case[] = [
  answers("CreateGrant", "to encrypt", "GrantId GrantToken", async (world) => await create(world)),
  refuses(
    "CreateGrant",
    "of an operation that does not fit the key",
    "ValidationException",
    async (world) => await create(world, { Operations: ["Sign"] }),
  ),
  refuses(
    "CreateGrant",
    "to no principal",
    "InvalidArnException",
    async (world) => await create(world, { GranteePrincipal: "arn:aws:iam::nowhere" }),
  ),
  refuses(
    "CreateGrant",
    "on a disabled key",
    words.disabled,
    async (world) => await create(world, { kind: "disabled" }),
  ),
  refuses(
    "CreateGrant",
    "dry",
    words.dryRun,
    async (world) => await create(world, { DryRun: true }),
  ),
  answers("ListGrants", "of a key", "Grants Truncated", async (world) => {
    return await world.kms.listGrants({ KeyId: await world.key("signing") });
  }),
  refuses(
    "ListGrants",
    "a marker made up",
    "InvalidMarkerException",
    async (world) =>
      await world.kms.listGrants({ KeyId: await world.key("signing"), Marker: "made-up" }),
  ),
  answers("ListRetirableGrants", "by the account", "Grants Truncated", async (world) => {
    const [, , , , account = ""] = (await world.arn("symmetric")).split(":");
    const RetiringPrincipal = `arn:aws:iam::${account}:user/nobody`;
    return await world.kms.listRetirableGrants({ RetiringPrincipal });
  }),
  answers("RetireGrant", "by its token", "", async (world) => {
    const { GrantToken } = await create(world);
    return await world.kms.retireGrant({ GrantToken });
  }),
  refuses(
    "RetireGrant",
    "of none",
    "ValidationException",
    async ({ kms }) => await kms.retireGrant({}),
  ),
  refuses(
    "RetireGrant",
    "by a token made up",
    "InvalidGrantTokenException",
    async ({ kms }) => await kms.retireGrant({ GrantToken: "made-up" }),
  ),
  answers("RevokeGrant", "by its id", "", async (world) => {
    const { GrantId } = await create(world);
    return await world.kms.revokeGrant({ KeyId: await world.key("symmetric"), GrantId });
  }),
  refuses(
    "RevokeGrant",
    "that is not there",
    "NotFoundException",
    async (world) =>
      await world.kms.revokeGrant({ KeyId: await world.key("symmetric"), GrantId: noGrant }),
  ),
];
