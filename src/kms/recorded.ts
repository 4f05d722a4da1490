/** What was sent, as requestParameters: null when nothing was, as CloudTrail has it. */
export function sentOrNull(
  members: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | null {
  return Object.values(members).some((value) => value !== undefined) ? members : null;
}
