/** The canonical URI of SigV4 for every service but S3, which neither normalises nor encodes twice. */
import { uriEncode } from "./uri-encoding.ts";

/** Removes dot segments and empty segments, then encodes the already encoded path once more. */
export function canonicalUri(path: string): string {
  return path === "/" ? path : encodePath(normalizePath(path));
}

/** Encodes a path's bytes and leaves its slashes. */
export function encodePath(path: string): string {
  return path.split("/").map(uriEncode).join("/");
}

function normalizePath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const trailing = kept.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${kept.join("/")}${trailing}`;
}
