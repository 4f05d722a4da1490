/** Our input shapes against the service model, where the model is at hand. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  inOrder,
  type Model,
  probesOf,
  readableTypes,
  valueOfType,
} from "../../test/model-probes.ts";
import type { JsonObject, JsonValue } from "../service/service.ts";
import type { OperationName } from "./contract.ts";
import { operations } from "./operations.ts";
import { memberComplaints, readMembers, type Shape } from "./shapes.ts";

const modelPath = path.resolve(import.meta.dirname, "../../../shared/reference/kms-model.json");
const model = existsSync(modelPath)
  ? (JSON.parse(readFileSync(modelPath, "utf8")) as Model)
  : undefined;

interface Answered {
  readonly name: OperationName;
  readonly readOnly: boolean;
  readonly shapes: ReadonlyMap<string, Shape<unknown>>;
  readonly record: (input: JsonObject) => unknown;
}

const answered = (Object.keys(operations) as OperationName[]).flatMap((name): Answered[] => {
  const operation = operations[name];
  const shapes = new Map<string, Shape<unknown>>(Object.entries(operation.input as object));
  const record = operation.record as Answered["record"];
  return [{ name, readOnly: operation.readOnly, shapes, record }];
});

/** What the shape says of a value, past the reading of its type. */
function complaintsOf(name: string, shape: Shape<unknown>, value: JsonValue): readonly string[] {
  const declared = [[name, shape]] as const;
  return memberComplaints(readMembers({ [name]: value }, declared), declared, "").map((complaint) =>
    inOrder(complaint.split(" failed to satisfy constraint: ")[1] ?? complaint),
  );
}

function isReadable(shape: Shape<unknown>, value: JsonValue): boolean {
  try {
    shape.read(value);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(model === undefined).each(answered)(
  "the input of $name",
  ({ name, ...operation }) => {
    const modelled = model?.operations[name];
    const members = modelled?.input.members ?? [];
    const { shapes } = operation;

    test("has the model's members, and asks for those that it requires", () => {
      const ours = [...shapes].map(([member, { optional }]) => [member, !optional]);
      const theirs = members.map((member) => [member.name, member.required]);
      expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
    });

    test("is recorded as a read or a write as the model has it", () => {
      expect(operation.readOnly).toBe(modelled?.cloudTrailReadOnly);
    });

    test.each(members)("$name has the model's type and constraints", (member) => {
      const shape = shapes.get(member.name) ?? never(member.name);
      const types = Object.keys(valueOfType);
      const readable = types.filter((type) => isReadable(shape, valueOfType[type] ?? null));
      expect(readable).toEqual(types.filter((type) => readableTypes(member).includes(type)));
      expect(shape.blob).toBe(member.type === "blob");
      const probes = probesOf(member, model?.structures ?? {});
      const told = probes.map(({ what, value }) => [what, complaintsOf(member.name, shape, value)]);
      expect(told).toEqual(probes.map(({ what, broken }) => [what, broken.map(inOrder)]));
    });
  },
);

describe("every operation", () => {
  test.each(answered)("$name puts no secret and no bulky member on record", ({ record }) => {
    const canaries = Object.fromEntries(
      ["Plaintext", "CiphertextBlob", "Message", "Mac", "Signature", "PublicKey"]
        .concat("SharedSecretCiphertextBlob", "ImportToken", "EncryptedKeyMaterial", "Recipient")
        .concat("KeyStorePassword", "TrustAnchorCertificate", "XksProxyAuthenticationCredential")
        .map((member) => [member, "canary"]),
    );
    const sent = { ...canaries, GrantTokens: ["canary"], Tags: [], TagKeys: [] };
    expect(JSON.stringify(record(sent))).not.toContain("canary");
  });
});

function never(member: string): never {
  throw new Error(`${member} has no shape`);
}
