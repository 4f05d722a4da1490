import type { Case } from "./case.ts";
import { aliasCases } from "./cases/aliases.ts";
import { customKeyStoreCases } from "./cases/custom-key-stores.ts";
import { dataKeyCases } from "./cases/data-keys.ts";
import { encryptionCases } from "./cases/encryption.ts";
import { grantCases } from "./cases/grants.ts";
import { importCases } from "./cases/import.ts";
import { keyExchangeCases } from "./cases/key-exchange.ts";
import { keyCases } from "./cases/keys.ts";
import { multiRegionCases } from "./cases/multi-region.ts";
import { policyCases } from "./cases/policies.ts";
import { rotationCases } from "./cases/rotation.ts";
import { signatureCases } from "./cases/signatures.ts";
import { tagCases } from "./cases/tags.ts";

export const allCases: readonly Case[] = [
  ...keyCases,
  ...encryptionCases,
  ...dataKeyCases,
  ...signatureCases,
  ...keyExchangeCases,
  ...aliasCases,
  ...tagCases,
  ...policyCases,
  ...rotationCases,
  ...grantCases,
  ...importCases,
  ...multiRegionCases,
  ...customKeyStoreCases,
];
