import type { JsonObject } from "./admin-client.ts";
import { callAdmin } from "./admin-client.ts";
import { CommandFailure } from "./failure.ts";

/** A server that never stops saying "there is more" is not one we wait for. */
const mostPages = 10_000;

/**
 * All items of a list operation, page by page. Throws CommandFailure like callAdmin, and
 * when the pages do not end.
 */
export async function listAll(
  dataDirectory: string,
  operation: string,
  member: string,
  input: JsonObject,
): Promise<readonly JsonObject[]> {
  const items: JsonObject[] = [];
  let marker: unknown;
  for (let page = 0; page < mostPages; page += 1) {
    const more = typeof marker === "string" ? { Marker: marker } : {};
    const answer = await callAdmin(dataDirectory, operation, { ...input, ...more });
    items.push(...itemsOf(answer[member]));
    marker = answer["NextMarker"];
    if (typeof marker !== "string") return items;
  }
  throw new CommandFailure(`${operation} did not come to an end.`);
}

function itemsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value)
    ? value.filter((item): item is JsonObject => typeof item === "object" && item !== null)
    : [];
}
