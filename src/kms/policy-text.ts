/** A policy as text, in the layout in which AWS returns its own: "key" : value, [ { … } ]. */
export function policyText(policy: object): string {
  return layout(policy, "");
}

function layout(value: unknown, indent: string): string {
  if (Array.isArray(value)) return `[ ${value.map((item) => layout(item, indent)).join(", ")} ]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${JSON.stringify(name)} : ${layout(member, inner)}`,
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}
