/** Tags of roles and sessions, as requests have them. */
import type { JsonValue } from "../service/service.ts";
import { ServiceError } from "../service/service-error.ts";
import type { Tag } from "../store/records.ts";
import { iamError } from "./errors.ts";
import { type Complaint, type ListShape, type Shape, text } from "./shapes.ts";

export const maxTags = 50;

const characters = {
  source: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
  test: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
};
const tagKey = text(1, 128, characters);
const tagValue = text(0, 256, { ...characters, source: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" });

/** A list of tags: at most 50, each with a key and a value. */
export const tagList: ListShape<readonly Tag[]> = {
  optional: true,
  readList: (sent) => read(sent, "tags", readTag),
};

export const requiredTagList = { ...tagList, optional: false };

export const tagKeyList: ListShape<readonly string[]> = {
  optional: true,
  readList: (sent) => read(sent, "tag keys", (element, at) => readText(tagKey, element, at)),
};

/** Refuses two tags whose keys differ by case alone: to a policy they would be one. */
export function requireDistinctKeys(
  tags: readonly Pick<Tag, "TagKey">[],
  errorCode: "InvalidInput" | "InvalidParameterValue" = "InvalidInput",
): void {
  const keys = new Set(tags.map(({ TagKey }) => TagKey.toLowerCase()));
  if (keys.size === tags.length) return;
  const message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
  throw new ServiceError(errorCode, 400, message);
}

/** Refuses tags that are AWS's own to give. */
export function requireOwnKeys(tags: readonly Pick<Tag, "TagKey">[]): void {
  if (!tags.some(({ TagKey }) => TagKey.toLowerCase().startsWith("aws:"))) return;
  throw iamError("ValidationError", "Tag keys must not start with aws:, which is reserved.");
}

interface Read<Value> {
  readonly value: Value;
  readonly wrong: readonly Complaint[];
}

function read<Element>(
  sent: JsonValue,
  what: string,
  readElement: (element: JsonValue, at: string) => Read<Element>,
): Read<readonly Element[]> {
  // An empty list is sent as an empty text.
  const list = sent === "" ? [] : sent;
  if (!Array.isArray(list)) throw iamError("ValidationError", `A list of ${what} was expected.`);
  const elements = list as readonly JsonValue[];
  if (elements.length > maxTags) {
    const demand = `have length less than or equal to ${maxTags}`;
    return { value: [], wrong: [[`Value of ${elements.length} ${what}`, demand]] };
  }
  const found = elements.map((element, index) => readElement(element, `.${index + 1}.member`));
  return { value: found.map(({ value }) => value), wrong: found.flatMap(({ wrong }) => wrong) };
}

function readTag(element: JsonValue, at: string): Read<Tag> {
  if (typeof element !== "object" || element === null || !("Key" in element)) {
    return {
      value: { TagKey: "", TagValue: "" },
      wrong: [["Value null", "not be null", `${at}.key`]],
    };
  }
  const { Key, Value } = element;
  const key = readText(tagKey, Key, `${at}.key`);
  const value = readText(tagValue, Value, `${at}.value`);
  return {
    value: { TagKey: key.value, TagValue: value.value },
    wrong: [...key.wrong, ...value.wrong],
  };
}

function readText(shape: Shape<string>, sent: JsonValue | undefined, at: string): Read<string> {
  if (sent === undefined) return { value: "", wrong: [["Value null", "not be null", at]] };
  if (typeof sent !== "string") {
    throw iamError("ValidationError", "A structure stands where text was expected.");
  }
  const wrong = shape.complaints(sent).map((demand): Complaint => [`Value '${sent}'`, demand, at]);
  return { value: sent, wrong };
}
