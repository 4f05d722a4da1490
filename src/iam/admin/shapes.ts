/** What the members of a request to the admin service must look like. */
import type { JsonObject, JsonValue } from "../../service/service.ts";
import { refusal } from "./errors.ts";

export interface Shape<T> {
  readonly optional: boolean;
  readonly accepts: (value: JsonValue) => boolean;
  /** Ends the sentence "Member must …". */
  readonly demand: string;
  /** Carries the type of an accepted value; never there at run time. */
  readonly type?: T;
}

/** One shape per member: a forgotten or invented member does not compile. */
export type Shapes<T> = { readonly [Member in keyof T]-?: Shape<NonNullable<T[Member]>> };

/**
 * The input, once every member has the shape it must have and nothing else is there.
 * Throws a ValidationException that names all that is wrong, in AWS's form.
 */
export function checkInput<T>(shapes: Shapes<T>, input: JsonObject): T {
  const known = new Map(Object.entries<Shape<unknown>>(shapes));
  const complaints = [...known].flatMap(([member, shape]) =>
    complaint(shape, input[member], member),
  );
  for (const member of Object.keys(input)) {
    if (!known.has(member)) complaints.push(`Member '${member.slice(0, 64)}' is not known`);
  }
  if (complaints.length > 0) {
    const errors = complaints.length === 1 ? "error" : "errors";
    const detail = complaints.slice(0, 10).join("; ");
    throw refusal(
      "ValidationException",
      `${complaints.length} validation ${errors} detected: ${detail}`,
    );
  }
  return input as T;
}

function complaint(
  shape: Shape<unknown>,
  value: JsonValue | undefined,
  member: string,
): readonly string[] {
  const sentence = `Value at '${member}' failed to satisfy constraint: Member must`;
  if (value === undefined || value === null)
    return shape.optional ? [] : [`${sentence} not be null`];
  return shape.accepts(value) ? [] : [`${sentence} ${shape.demand}`];
}

export function optional<T>(shape: Shape<T>): Shape<T> {
  return { ...shape, optional: true };
}

export const accountId: Shape<string> = {
  optional: false,
  accepts: (value) => typeof value === "string" && /^\d{12}$/.test(value),
  demand: "be an account number of 12 digits",
};

/** Ids as AWS makes them, and the ids of a development server, which are digits or a word. */
export const accessKeyId: Shape<string> = {
  optional: false,
  accepts: (value) => typeof value === "string" && /^\w{4,128}$/.test(value),
  demand: "be an access key id",
};

/** No control, format or unassigned characters, no line or paragraph separators. */
export const accountName: Shape<string> = {
  optional: false,
  accepts: (value) => typeof value === "string" && /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u.test(value),
  demand: "be 1 to 64 printable characters",
};

export const accessKeyStatus: Shape<"Active" | "Inactive"> = {
  optional: false,
  accepts: (value) => value === "Active" || value === "Inactive",
  demand: "be Active or Inactive",
};

/** How many items a page may have. */
export const limit: Shape<number> = {
  optional: true,
  accepts: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1_000,
  demand: "be a whole number from 1 to 1000",
};
