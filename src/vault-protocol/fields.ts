/** The kinds of fields that the bodies of frames are declared with. */
import type { FieldReader } from "./field-reader.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { Malformed } from "./malformed.ts";

/** One field, both ways. Either way throws Malformed for a value that is not allowed. */
export interface Field<T> {
  write(out: FrameWriter, value: T): void;
  read(input: FieldReader): T;
}

export const u32: Field<number> = {
  write: (out, value) => out.u32(value),
  read: (input) => input.u32(),
};

export const u64: Field<number> = {
  write: (out, value) => out.u64(value),
  read: (input) => input.u64(),
};

export const flag: Field<boolean> = {
  write: (out, value) => out.u8(value ? 1 : 0),
  read(input) {
    const value = input.u8();
    if (value > 1) throw new Malformed("flag is neither 0 nor 1");
    return value === 1;
  },
};

export function bytes(maximum: number): Field<Uint8Array> {
  return {
    write: (out, value) => out.bytes(value, maximum),
    read: (input) => input.bytes(maximum),
  };
}

/** Bytes that whoever reads them must wipe. */
export function secret(maximum: number): Field<Uint8Array> {
  return {
    write: (out, value) => out.bytes(value, maximum),
    read: (input) => input.secret(maximum),
  };
}

export function text(maximumBytes: number): Field<string> {
  return {
    write: (out, value) => out.text(value, maximumBytes),
    read: (input) => input.text(maximumBytes),
  };
}

export function list<T>(item: Field<T>, maximum: number): Field<readonly T[]> {
  return {
    write(out, items) {
      if (items.length > maximum) throw new Malformed("list too long");
      out.u32(items.length);
      for (const each of items) item.write(out, each);
    },
    read(input) {
      const length = input.u32();
      if (length > maximum) throw new Malformed("list too long");
      return Array.from({ length }, () => item.read(input));
    },
  };
}

/** Members one after the other, in the order in which they are declared. */
export function record<T extends object>(members: {
  readonly [Member in keyof T]: Field<T[Member]>;
}): Field<T> {
  return {
    write(out, value) {
      for (const member in members) members[member].write(out, value[member]);
    },
    read(input) {
      // Every member is assigned before anyone sees the object.
      const value: T = Object.create(Object.prototype);
      for (const member in members) value[member] = members[member].read(input);
      return value;
    },
  };
}

/** The members of one record after those of another. */
export function joined<First extends object, Second extends object>(
  first: Field<First>,
  second: Field<Second>,
): Field<First & Second> {
  return {
    write(out, value) {
      first.write(out, value);
      second.write(out, value);
    },
    read: (input) => ({ ...first.read(input), ...second.read(input) }),
  };
}
