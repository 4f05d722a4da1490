/** The key specs each operation works with, worked out from what it declares. */
import type { KeySpec } from "@aws-sdk/client-kms";
import type { OperationName } from "../src/kms/contract.ts";
import {
  hasPublicKey,
  isImportable,
  symmetricDefault,
  usagesOf,
} from "../src/kms/key-algorithms.ts";
import { keySpecs } from "../src/kms/key-spec.ts";
import { notImportableYet } from "../src/kms/gaps.ts";
import { operations } from "../src/kms/operations.ts";

interface Declared {
  readonly name: string;
  readonly uses?: readonly {
    readonly usage?: string;
    readonly symmetricOnly?: boolean;
    readonly origin?: string;
  }[];
}

/** Operations that look at the key's spec while they run. */
const judges: { readonly [Name in OperationName]?: (spec: KeySpec) => boolean } = {
  GetPublicKey: hasPublicKey,
  EnableKeyRotation: isSymmetric,
  DisableKeyRotation: isSymmetric,
  ListKeyRotations: isSymmetric,
  RotateKeyOnDemand: isSymmetric,
  GetParametersForImport: isImportedHere,
};

/** Sorted by family, each family shortened where all of it will do. Nothing where no key is used. */
export function keySpecsOf(name: OperationName): readonly KeySpec[] {
  const { uses = [] }: Declared = operations[name];
  if (uses.length === 0 && name !== "CreateKey") return [];
  return keySpecs.filter(
    (spec) =>
      (judges[name]?.(spec) ?? true) &&
      uses.every(
        ({ usage, symmetricOnly, origin }) =>
          (usage === undefined || usagesOf(spec).some((one) => one === usage)) &&
          (symmetricOnly !== true || isSymmetric(spec)) &&
          (origin !== "EXTERNAL" || isImportedHere(spec)),
      ),
  );
}

/** Key specs as text: a family of which all will do is named by its beginning. */
export function specsAsText(specs: readonly KeySpec[]): string {
  if (specs.length === keySpecs.length) return "all";
  const families = Map.groupBy(specs, familyOf);
  return [...families]
    .flatMap(([family, members]) =>
      members.length > 1 && members.length === membersOf(family).length ? [`${family}_*`] : members,
    )
    .join(", ");
}

function familyOf(spec: KeySpec): string {
  return /^(?:RSA|ECC|ML_DSA|ML_KEM|HMAC)(?=_)/.exec(spec)?.[0] ?? spec;
}

function membersOf(family: string): readonly KeySpec[] {
  return keySpecs.filter((spec) => familyOf(spec) === family);
}

function isSymmetric(spec: KeySpec): boolean {
  return spec === symmetricDefault;
}

function isImportedHere(spec: KeySpec): boolean {
  return isImportable(spec) && !notImportableYet.includes(spec);
}
