/** A part of a list, and where the next part begins. */
export interface Part<Item> {
  readonly items: readonly Item[];
  readonly Truncated: boolean;
  /** Given back as Marker, it asks for the next part. */
  readonly NextMarker?: string;
}

const defaultLimit = 100;

/** One page of a list whose items are in the order of their ids. Asks for one item more to see whether it is the last. */
export async function readPage<Item>(
  wanted: { readonly Limit?: number; readonly Marker?: string },
  list: (page: { after: string | undefined; limit: number }) => Promise<readonly Item[]>,
  idOf: (item: Item) => string,
): Promise<Part<Item>> {
  const limit = wanted.Limit ?? defaultLimit;
  const found = await list({ after: wanted.Marker, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return found.length > limit && last !== undefined
    ? { items, Truncated: true, NextMarker: idOf(last) }
    : { items, Truncated: false };
}
