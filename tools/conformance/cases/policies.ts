/** Key policies. */
import { answers, type Case, refuses } from "../case.ts";
import type { World } from "../world.ts";

async function put(world: World, Policy: string) {
  return await world.kms.putKeyPolicy({ KeyId: await world.key("mac"), Policy });
}

export const policyCases: readonly Case[] = [
  answers(
    "GetKeyPolicy",
    "the default one",
    "Policy PolicyName",
    async (world) => await world.kms.getKeyPolicy({ KeyId: await world.key("symmetric") }),
  ),
  refuses(
    "GetKeyPolicy",
    "of another name",
    "NotFoundException",
    async (world) =>
      await world.kms.getKeyPolicy({ KeyId: await world.key("symmetric"), PolicyName: "other" }),
  ),
  answers(
    "ListKeyPolicies",
    "of a key",
    "PolicyNames Truncated",
    async (world) => await world.kms.listKeyPolicies({ KeyId: await world.key("symmetric") }),
  ),
  answers("PutKeyPolicy", "the one that is there", "", async (world) => {
    const { Policy = "" } = await world.kms.getKeyPolicy({ KeyId: await world.key("mac") });
    return await put(world, Policy);
  }),
  refuses(
    "PutKeyPolicy",
    "text that is no policy",
    "MalformedPolicyDocumentException",
    async (world) => await put(world, "no policy"),
  ),
  refuses(
    "PutKeyPolicy",
    "one that locks everyone out",
    {
      code: "MalformedPolicyDocumentException",
      message: "The new key policy will not allow you to update the key policy in the future.",
    },
    async (world) => {
      const Statement = [{ Effect: "Allow", Principal: "*", Action: "kms:Encrypt", Resource: "*" }];
      return await put(world, JSON.stringify({ Version: "2012-10-17", Statement }));
    },
  ),
];
