/** Wipes the bytes that stand as members in a request or a reply. */
export function wipeMembers(message: object): void {
  for (const member of Object.values(message)) {
    if (member instanceof Uint8Array) member.fill(0);
  }
}
