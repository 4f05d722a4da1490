/** Custom key stores, as far as they go without one. */
import { answers, type Case, refuses } from "../case.ts";

const CustomKeyStoreId = "cks-00000000000000000";
const notFound = "CustomKeyStoreNotFoundException";

export const customKeyStoreCases: readonly Case[] = [
  answers(
    "DescribeCustomKeyStores",
    "all",
    "CustomKeyStores Truncated",
    async ({ kms }) => await kms.describeCustomKeyStores({}),
  ),
  refuses(
    "DescribeCustomKeyStores",
    "one that is not there",
    notFound,
    async ({ kms }) => await kms.describeCustomKeyStores({ CustomKeyStoreId }),
  ),
  refuses(
    "ConnectCustomKeyStore",
    "one that is not there",
    notFound,
    async ({ kms }) => await kms.connectCustomKeyStore({ CustomKeyStoreId }),
  ),
  refuses(
    "DisconnectCustomKeyStore",
    "one that is not there",
    notFound,
    async ({ kms }) => await kms.disconnectCustomKeyStore({ CustomKeyStoreId }),
  ),
  refuses(
    "DeleteCustomKeyStore",
    "one that is not there",
    notFound,
    async ({ kms }) => await kms.deleteCustomKeyStore({ CustomKeyStoreId }),
  ),
  refuses(
    "UpdateCustomKeyStore",
    "one that is not there",
    notFound,
    async ({ kms }) =>
      await kms.updateCustomKeyStore({ CustomKeyStoreId, NewCustomKeyStoreName: "other" }),
  ),
  refuses(
    "CreateCustomKeyStore",
    "without a name",
    "ValidationException",
    async ({ kms }) => await kms.createCustomKeyStore({ CustomKeyStoreName: "" }),
  ),
];
