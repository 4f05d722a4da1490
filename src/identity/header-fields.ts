/** A request's header fields, as a signature sees them. */
import { type HeaderLayout, layoutOf } from "../lib/header-layout.ts";
import { collapseBlanks } from "./blanks.ts";
import { incompleteSignature } from "./refusals.ts";

/** Values by lower-case name; those of a repeated header joined by commas in arrival order. */
export class HeaderFields {
  readonly #layout: HeaderLayout;
  readonly #rawHeaders: readonly string[];

  constructor(layout: HeaderLayout, rawHeaders: readonly string[]) {
    this.#layout = layout;
    this.#rawHeaders = rawHeaders;
  }

  get names(): readonly string[] {
    return this.#layout.names;
  }

  has(name: string): boolean {
    return this.#layout.places.has(name);
  }

  get(name: string): string | undefined {
    const places = this.#layout.places.get(name);
    if (places === undefined) return undefined;
    const values = this.#rawHeaders;
    if (places.length === 1) return values[places[0] ?? 0];
    return places.map((place) => collapseBlanks(values[place] ?? "")).join(",");
  }
}

/**
 * Headers that decide who is calling, when, and where. With two of one kind, a proxy
 * and this service might each go by another, so a second one is refused.
 */
const soleHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "date",
  "host",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
]);

/**
 * Reads Node's rawHeaders. Throws IncompleteSignatureException when a header that may
 * stand only once stands twice.
 */
export function readHeaderFields(rawHeaders: readonly string[]): HeaderFields {
  const layout = layoutOf(rawHeaders);
  for (const name of layout.repeated) {
    if (soleHeaders.has(name)) {
      throw incompleteSignature(`Header '${name}' must not be repeated.`);
    }
  }
  return new HeaderFields(layout, rawHeaders);
}
