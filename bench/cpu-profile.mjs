/** Reads the profiles that Node writes with --cpu-prof. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(import.meta.dirname, "..");
const waiting = new Set(["(root)", "(idle)"]);
/** Nobody's in particular. */
const machinery = new Set(["(garbage collector)", "(program)"]);

/**
 * What was spent in each of our rooms, with what Node did on its behalf, and in each
 * function itself: maps of name to fraction of the time that was not idle.
 */
export function readProfile(file) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8"));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const id of node.children ?? []) byId.get(id).parent = node;
  const rooms = new Map();
  const functions = new Map();
  let busy = 0;
  samples.forEach((id, index) => {
    const node = byId.get(id);
    if (waiting.has(node.callFrame.functionName)) return;
    busy += timeDeltas[index];
    add(rooms, roomOf(node), timeDeltas[index]);
    add(functions, nameOf(node.callFrame), timeDeltas[index]);
  });
  return { rooms: fractions(rooms, busy), functions: fractions(functions, busy) };
}

function add(spent, name, time) {
  spent.set(name, (spent.get(name) ?? 0) + time);
}

function fractions(spent, busy) {
  return new Map([...spent].map(([name, time]) => [name, time / busy]));
}

/** The room of the nearest function of ours that stands on the stack. */
function roomOf(node) {
  if (machinery.has(node.callFrame.functionName)) return node.callFrame.functionName;
  let ours = node;
  while (ours !== undefined && !isOurs(ours.callFrame)) ours = ours.parent;
  return ours === undefined ? "node itself" : path.dirname(fileOf(ours.callFrame));
}

function isOurs({ url }) {
  return url.startsWith("file:") && fileOf({ url }).startsWith("dist/");
}

function fileOf({ url }) {
  return path.relative(root, fileURLToPath(url));
}

function nameOf(callFrame) {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return name;
  return `${name} ${url.startsWith("file:") ? fileOf(callFrame) : url}:${lineNumber + 1}`;
}
