/** Lists, page by page (IAM API Reference: IsTruncated, Marker, MaxItems). */
import { iamError } from "./errors.ts";

/** By default, and at most: IAM may give fewer than were asked for, and each record takes memory. */
const itemsMax = 100;

/** What every list is asked with. */
export interface PageInput {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

export interface PageMembers {
  readonly IsTruncated: boolean;
  /** Given back, it asks for the next page. */
  readonly Marker?: string;
}

/** One page of a list in the order of its sort keys. Asks for one item more to see whether it is the last. */
export async function readPage<Item>(
  wanted: PageInput,
  list: (page: { after: string | undefined; limit: number }) => Promise<readonly Item[]>,
  sortKeyOf: (item: Item) => string,
): Promise<{ readonly items: readonly Item[] } & PageMembers> {
  const limit = Math.min(wanted.MaxItems ?? itemsMax, itemsMax);
  const after = wanted.Marker === undefined ? undefined : sortKeyIn(wanted.Marker);
  const found = await list({ after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return found.length > limit && last !== undefined
    ? { items, IsTruncated: true, Marker: markerOf(sortKeyOf(last)) }
    : { items, IsTruncated: false };
}

/** A list that is in memory already, in the order of its sort keys. */
export async function pageOf<Item>(
  wanted: PageInput,
  all: readonly Item[],
  sortKeyOf: (item: Item) => string,
): Promise<{ readonly items: readonly Item[] } & PageMembers> {
  return await readPage(
    wanted,
    async ({ after, limit }) =>
      all.filter((item) => after === undefined || sortKeyOf(item) > after).slice(0, limit),
    sortKeyOf,
  );
}

function markerOf(sortKey: string): string {
  return Buffer.from(sortKey).toString("base64url");
}

function sortKeyIn(marker: string): string {
  const bytes = Buffer.from(marker, "base64url");
  const sortKey = bytes.toString();
  if (sortKey !== "" && markerOf(sortKey) === marker) return sortKey;
  throw iamError("ValidationError", "Invalid Marker.");
}
