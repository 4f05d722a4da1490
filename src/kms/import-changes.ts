/** What is stored when key material is imported, and what is on record beside the call. */
import type { ServiceEvent } from "../service/trail.ts";
import type { KeyMaterialRecord } from "../store/records.ts";
import type { Change, Store } from "../store/store.ts";
import { insertAwaited, otherRelatedKeys, sameElsewhere } from "./awaited-material.ts";
import { isPresent, pendingRotation, standing } from "./imported-material.ts";
import { changed, type Key } from "./key.ts";
import { expiry } from "./material-expiry.ts";
import type { Desk } from "./operation.ts";
import { refuseReplica } from "./primary-key.ts";
import { synchronizeEvents } from "./related-keys.ts";
import { type SentMaterial, takeInAgain, takeInNew } from "./take-in-material.ts";

/** What its owner says of key material. */
interface Said {
  /** When it is to expire; null for never. */
  readonly validToMs: number | null;
  /** Without one, the last is kept. */
  readonly description: string | undefined;
}

interface Import {
  readonly keyMaterialId: string;
  readonly changes: readonly Change[];
  readonly serviceEvents: readonly ServiceEvent[];
}

type Parts = Pick<Desk, "vault" | "store" | "nowMs" | "facts">;

/** Takes back what the key had before: that of the given id, or whichever it proves to be. */
export async function importAgain(
  sent: SentMaterial,
  expectedId: string | undefined,
  said: Said,
  { vault, nowMs }: Parts,
): Promise<Import> {
  const { key, materials } = sent;
  const imported = told(await takeInAgain(sent, expectedId, { vault }), said);
  const { keyMaterialId, reference } = imported;
  const others = materials.filter((material) => material.reference !== reference);
  const record = changed(key, standing(key, [...others, imported], nowMs));
  const changes: Change[] = [
    { kind: "update", table: "keyMaterials", record: imported },
    { kind: "update", table: "keys", record },
  ];
  return { keyMaterialId, changes, serviceEvents: [] };
}

/**
 * Takes in what the key never had: its first key material, or one that waits for a
 * rotation. Replicas know of it, and need it imported as well.
 */
export async function importNew(sent: SentMaterial, said: Said, parts: Parts): Promise<Import> {
  const { key } = sent;
  const { store, nowMs, facts } = parts;
  refuseReplica(key);
  const cleared = await withoutExpired(sent, store, nowMs);
  const { materials } = cleared;
  const imported = told(await takeInNew({ ...sent, materials }, parts), said);
  const currentMaterial = key.currentMaterial ?? imported.reference;
  const all = [...materials, imported];
  const record = { currentMaterial, ...standing({ ...key, currentMaterial }, all, nowMs) };
  const others = await otherRelatedKeys(store, key);
  const changes: Change[] = [
    ...cleared.changes,
    { kind: "insert", table: "keyMaterials", record: imported },
    // Of two imports at once, the second is to know of the first; so is a new replica.
    { kind: "update", table: "keys", record: changed(key, record) },
    ...others.map((other) => insertAwaited(imported, other)),
  ];
  const at = { atMs: nowMs, requestId: facts.requestId };
  const synchronized = synchronizeEvents(key, [key, ...others], at);
  const serviceEvents = [...cleared.events, ...synchronized];
  return { keyMaterialId: imported.keyMaterialId, changes, serviceEvents };
}

function told(material: KeyMaterialRecord, { validToMs, description }: Said): KeyMaterialRecord {
  return { ...material, validToMs, description: description ?? material.description };
}

interface Cleared {
  readonly materials: readonly KeyMaterialRecord[];
  readonly changes: readonly Change[];
  readonly events: readonly ServiceEvent[];
}

/** Key material that waited for its rotation until it expired is as good as gone. */
async function withoutExpired(
  { key, materials }: { readonly key: Key; readonly materials: readonly KeyMaterialRecord[] },
  store: Store,
  nowMs: number,
): Promise<Cleared> {
  const pending = pendingRotation(key, materials);
  // Of a replica that has become the primary, it may not have been imported yet.
  if (pending === undefined || pending.wrapped === null || isPresent(pending, nowMs)) {
    return { materials, changes: [], events: [] };
  }
  const elsewhere = await sameElsewhere(store, key, pending);
  const { changes, event } = expiry({ key, materials, material: pending, elsewhere }, nowMs);
  return {
    materials: materials.filter((one) => one !== pending),
    // The key's own record is changed once, by the import.
    changes: changes.filter(({ table }) => table !== "keys"),
    events: [event],
  };
}
