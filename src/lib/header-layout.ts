/**
 * Where the fields of a request's header stand. A client sends the same names in the same
 * order in nearly every request: they are read once, and only compared from then on.
 */

export interface HeaderLayout {
  /** In lower case, each once, in the order in which they came. */
  readonly names: readonly string[];
  /** Names that stand more than once, in the order in which they came again. */
  readonly repeated: readonly string[];
  /** Where the values of a name stand in the raw header. */
  readonly places: ReadonlyMap<string, readonly number[]>;
}

interface KnownLayout extends HeaderLayout {
  /** As the client spelt them, with those that are repeated. */
  readonly rawNames: readonly string[];
}

/** Together with the longest header they bound what is kept, which strangers can fill too. */
const keptLayoutsMax = 32;

/** Those that are used most stand first, more or less. */
const kept: KnownLayout[] = [];

/** The layout of Node's rawHeaders: names and values in turn. */
export function layoutOf(rawHeaders: readonly string[]): HeaderLayout {
  const at = kept.findIndex((layout) => isLayoutOf(layout, rawHeaders));
  const known = kept[at];
  if (known === undefined) return keep(readLayout(rawHeaders));
  if (at > 0) moveForward(known, at);
  return known;
}

function keep(layout: KnownLayout): KnownLayout {
  if (kept.length === keptLayoutsMax) kept.pop();
  kept.push(layout);
  return layout;
}

function isLayoutOf({ rawNames }: KnownLayout, rawHeaders: readonly string[]): boolean {
  if (rawHeaders.length !== rawNames.length * 2) return false;
  for (let at = 0; at < rawNames.length; at += 1) {
    if (rawNames[at] !== rawHeaders[at * 2]) return false;
  }
  return true;
}

function moveForward(layout: KnownLayout, at: number): void {
  const before = kept[at - 1];
  if (before === undefined) return;
  kept[at - 1] = layout;
  kept[at] = before;
}

function readLayout(rawHeaders: readonly string[]): KnownLayout {
  const rawNames = rawHeaders.filter((_, at) => at % 2 === 0);
  const places = new Map<string, number[]>();
  const repeated: string[] = [];
  for (const [at, rawName] of rawNames.entries()) {
    const name = rawName.toLowerCase();
    const known = places.get(name);
    if (known === undefined) places.set(name, [at * 2 + 1]);
    else {
      known.push(at * 2 + 1);
      repeated.push(name);
    }
  }
  return { rawNames, names: [...places.keys()], repeated, places };
}
