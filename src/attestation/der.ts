/** A reader of DER (ITU-T X.690), as much of it as certificates are looked into. */
import { UnsoundDocument } from "./unsound-document.ts";

export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
}

const longestForm = 0x82;

/**
 * The elements that stand one after the other in the bytes. Throws UnsoundDocument for tags
 * of several bytes, for lengths beyond 65,535 or not in their shortest form, and when the
 * last element is cut short.
 */
export function derElements(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    elements.push(element);
    at = element.end;
  }
  return elements;
}

/** The content of an element that has to be there with this tag. */
export function contentOf(element: DerElement | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw unreadable();
  return element.content;
}

function elementAt(bytes: Buffer, at: number): DerElement & { readonly end: number } {
  const tag = bytes[at] ?? 0;
  if ((tag & 0x1f) === 0x1f) throw unreadable();
  const first = bytes[at + 1] ?? longestForm + 1;
  if (first === 0x80 || first > longestForm) throw unreadable();
  const width = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + width;
  if (start > bytes.length) throw unreadable();
  const length = width === 0 ? first : bytes.readUIntBE(at + 2, width);
  const isShortest = width === 0 || length >= (width === 1 ? 0x80 : 0x100);
  if (!isShortest || start + length > bytes.length) throw unreadable();
  return { tag, content: bytes.subarray(start, start + length), end: start + length };
}

function unreadable(): UnsoundDocument {
  return new UnsoundDocument("one of its certificates is not valid DER");
}
