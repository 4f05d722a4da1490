/**
 * Pagination of the List operations: a page, and the marker that continues after it.
 *
 * A marker is a sealed token. It names the sort key it stands after, so it stays valid
 * while items come and go, and it is bound to the caller, the operation and its filter:
 * anything else is an invalid marker.
 */
import type { Page } from "../store/store.ts";
import { KmsError } from "./errors.ts";
import type { Desk } from "./operation.ts";
import { askVault, askVaultToOpen } from "./vault.ts";
import { msPerDay } from "../lib/clock.ts";

const purpose = "marker";
const markerLifetimeMs = msPerDay;

export interface Listing {
  /** The operation and everything it was filtered by. */
  readonly of: string;
  readonly limit: number | undefined;
  readonly defaultLimit: number;
  readonly marker: string | undefined;
}

export interface ListedPage<Item> {
  readonly items: readonly Item[];
  readonly truncated: { readonly Truncated: boolean; readonly NextMarker?: string };
}

/** Reads one page with `read`, which is asked for one item more to see whether a next page exists. */
export async function listPage<Item>(
  desk: Desk,
  listing: Listing,
  read: (page: Page) => Promise<readonly Item[]>,
  sortKey: (item: Item) => string,
): Promise<ListedPage<Item>> {
  const limit = listing.limit ?? listing.defaultLimit;
  const after = await openMarker(desk, listing);
  const found = await read({ after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  if (found.length <= limit || last === undefined)
    return { items, truncated: { Truncated: false } };
  const NextMarker = await sealMarker(desk, listing, sortKey(last));
  return { items, truncated: { Truncated: true, NextMarker } };
}

/** One page of items that are all at hand, in ascending order of their sort key. */
export async function pageOf<Item>(
  desk: Desk,
  listing: Listing,
  all: readonly Item[],
  sortKey: (item: Item) => string,
): Promise<ListedPage<Item>> {
  return await listPage(
    desk,
    listing,
    ({ after, limit }) => {
      const rest = after === undefined ? all : all.filter((item) => sortKey(item) > after);
      return Promise.resolve(rest.slice(0, limit));
    },
    sortKey,
  );
}

async function sealMarker(desk: Desk, listing: Listing, after: string): Promise<string> {
  const expiry = Buffer.alloc(8);
  expiry.writeBigUInt64BE(BigInt(desk.nowMs + markerLifetimeMs));
  const { token } = await askVault(desk.vault, "sealToken", {
    purpose,
    associatedData: boundTo(desk, listing),
    body: Buffer.concat([expiry, Buffer.from(after, "utf8")]),
  });
  return Buffer.from(token).toString("base64url");
}

async function openMarker(desk: Desk, listing: Listing): Promise<string | undefined> {
  if (listing.marker === undefined) return undefined;
  const token = Buffer.from(listing.marker, "base64url");
  if (token.toString("base64url") !== listing.marker) throw invalidMarker();
  const associatedData = boundTo(desk, listing);
  const opened = await askVaultToOpen(desk.vault, "openToken", { purpose, associatedData, token });
  if (opened === undefined) throw invalidMarker();
  const body = Buffer.from(opened.body);
  if (Number(body.readBigUInt64BE(0)) < desk.nowMs) throw invalidMarker();
  return body.toString("utf8", 8);
}

function boundTo({ caller, facts }: Desk, listing: Listing): Buffer {
  return Buffer.from(
    JSON.stringify([caller.accountId, caller.arn, facts.region, listing.of]),
    "utf8",
  );
}

function invalidMarker(): KmsError {
  return new KmsError("InvalidMarkerException");
}
