/**
 * What the members of a request to IAM must look like. A form holds nothing but text; a
 * shape says which text stands for a value, and for which.
 */
import type { JsonObject, JsonValue } from "../service/service.ts";
import { iamError } from "./errors.ts";

export interface Shape<T> {
  readonly optional: boolean;
  /** Nothing when the text stands for no such value at all. */
  readonly read: (text: string) => T | undefined;
  /** The constraints that a text breaks: each ends the sentence "Member must …". */
  readonly complaints: (text: string) => readonly string[];
}

/** Of a member that is a list. */
export interface ListShape<T> {
  readonly optional: boolean;
  /** The elements, and what is wrong with them. */
  readonly readList: (sent: JsonValue) => {
    readonly value: T;
    readonly wrong: readonly Complaint[];
  };
}

/** One shape per member: a forgotten or invented member does not compile. */
export type Shapes<T> = {
  readonly [Member in keyof T]-?: Shape<NonNullable<T[Member]>> | ListShape<NonNullable<T[Member]>>;
};

/**
 * The input, once every member has the shape it must have. Members that are not known are
 * left out, as AWS does. Throws a ValidationError that names all that is wrong, in AWS's form.
 */
export function checkInput<T>(shapes: Shapes<T>, sent: JsonObject): T {
  const input: Record<string, unknown> = {};
  const complaints: string[] = [];
  for (const [member, shape] of Object.entries<AnyShape>(shapes)) {
    const { value, wrong } = readMember(shape, sent[member]);
    const path = member.charAt(0).toLowerCase() + member.slice(1);
    for (const [shown, demand, within = ""] of wrong) {
      const at = `'${path}${within}'`;
      complaints.push(`${shown} at ${at} failed to satisfy constraint: Member must ${demand}`);
    }
    if (value !== undefined) input[member] = value;
  }
  if (complaints.length > 0) {
    const errors = complaints.length === 1 ? "error" : "errors";
    throw iamError(
      "ValidationError",
      `${complaints.length} validation ${errors} detected: ${complaints.join("; ")}`,
    );
  }
  return input as T;
}

/** How a value is shown, what it must do, and where it stands within its member. */
export type Complaint = readonly [shown: string, demand: string, within?: string];

type AnyShape = Shape<unknown> | ListShape<unknown>;

function readMember(
  shape: AnyShape,
  sent: JsonValue | undefined,
): { readonly value?: unknown; readonly wrong: readonly Complaint[] } {
  if (sent === undefined) {
    return { wrong: shape.optional ? [] : [["Value null", "not be null"]] };
  }
  if ("readList" in shape) return shape.readList(sent);
  if (typeof sent !== "string")
    throw iamError("ValidationError", "A structure stands where text was expected.");
  const value = shape.read(sent);
  const shown = `Value '${sent}'`;
  if (value === undefined)
    throw iamError("ValidationError", `${shown} is not of the type it must be.`);
  return { value, wrong: shape.complaints(sent).map((demand) => [shown, demand]) };
}

export function optional<T, Kind extends Shape<T> | ListShape<T>>(shape: Kind): Kind {
  return { ...shape, optional: true };
}

export function text(
  min: number,
  max: number,
  pattern: { readonly source: string; readonly test: RegExp },
): Shape<string> {
  return {
    optional: false,
    read: (value) => value,
    complaints: (value) => [
      ...(value.length < min ? [`have length greater than or equal to ${min}`] : []),
      ...(value.length > max ? [`have length less than or equal to ${max}`] : []),
      ...(pattern.test.test(value)
        ? []
        : [`satisfy regular expression pattern: ${pattern.source}`]),
    ],
  };
}

const nameCharacters = { source: "[\\w+=,.@-]+", test: /^[\w+=,.@-]*$/ };

export const userName = text(1, 64, nameCharacters);
export const roleName = text(1, 64, nameCharacters);
export const description = text(0, 1_000, {
  source: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
  test: /^[\t\n\r -~\u00A1-\u00FF]*$/,
});
export const groupName = text(1, 128, nameCharacters);
export const existingUserName = text(1, 128, nameCharacters);
export const policyName = text(1, 128, nameCharacters);
export const accessKeyId = text(16, 128, { source: "[\\w]+", test: /^\w*$/ });
export const policyArn = text(20, 2_048, { source: "", test: /^/ });
export const policyDescription = text(0, 1_000, {
  source: "[\\p{L}\\p{M}\\p{Z}\\p{S}\\p{N}\\p{P}]*",
  test: /^[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*$/u,
});
export const versionId = text(1, 64, {
  source: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
  test: /^v[1-9]\d*(?:\.[A-Za-z0-9-]*)?$/,
});
export const policyDocument = text(1, 131_072, {
  source: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
  test: /^[\t\n\r\u0020-\u00FF]*$/,
});
const marker = text(1, 320, { source: "[\\u0020-\\u00FF]+", test: /^[\u0020-\u00FF]*$/ });

const pathPattern = {
  source: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
  test: /^(?:\/|\/[!-~]+\/)$/,
};
export const path = text(1, 512, pathPattern);
/** Of managed policies, whose path says less. */
export const policyPath = text(1, 512, {
  source: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/",
  test: /^(?:\/[A-Za-z0-9.,+@=_-]+)*\/$/,
});
export const pathPrefix = text(1, 512, {
  source: "\\u002F[\\u0021-\\u007F]*",
  test: /^\/[!-\u007F]*$/,
});

export function integer(min: number, max: number): Shape<number> {
  return {
    optional: true,
    read: (value) => (/^-?\d{1,9}$/.test(value) ? Number(value) : undefined),
    complaints: (value) => [
      ...(Number(value) < min ? [`have value greater than or equal to ${min}`] : []),
      ...(Number(value) > max ? [`have value less than or equal to ${max}`] : []),
    ],
  };
}

/** What every list is asked with. */
export const page = { Marker: optional(marker), MaxItems: integer(1, 1_000) };
/** In seconds: one to twelve hours. */
export const maxSessionDuration = integer(3_600, 43_200);

export const flag: Shape<boolean> = {
  optional: true,
  read: (value) => (/^(?:true|false)$/i.test(value) ? value.toLowerCase() === "true" : undefined),
  complaints: () => [],
};

/** One of a few words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Shape<Word> {
  return {
    optional: true,
    // What it is not is told with all else that is wrong.
    read: (value) => words.find((word) => word === value) ?? words[0],
    complaints: (value) =>
      words.some((word) => word === value) ? [] : [`satisfy enum value set: [${words.join(", ")}]`],
  };
}

export const accessKeyStatus: Shape<"Active" | "Inactive"> = {
  optional: false,
  read: (value) => (value === "Inactive" ? value : "Active"),
  complaints: (value) =>
    value === "Active" || value === "Inactive"
      ? []
      : ["satisfy enum value set: [Active, Inactive]"],
};
