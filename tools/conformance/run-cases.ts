/** Tries cases one after the other, and compares what came with what is due. */
import { KMSServiceException } from "@aws-sdk/client-kms";
import type { Case, Due } from "./case.ts";
import type { World } from "./world.ts";

export interface Result {
  readonly operation: string;
  readonly title: string;
  readonly due: string;
  readonly got: string;
  /** "unsupported": the endpoint says that it does not offer what was tried. */
  readonly outcome: "passed" | "failed" | "unsupported";
}

/** What the SDK says of an error that comes without a message. */
const noMessage = "UnknownError";

export async function runCases(
  cases: readonly Case[],
  world: World,
  heard: (result: Result) => void = () => {},
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const each of cases) {
    const result = await runCase(each, world);
    results.push(result);
    heard(result);
  }
  return results;
}

export async function runCase(
  { operation, title, due, call }: Case,
  world: World,
): Promise<Result> {
  const got = await outcomeOf(call, world);
  const tried = { operation, title, due: shownDue(due), got: shownGot(got) };
  if (isDue(got, due)) return { ...tried, outcome: "passed" };
  const unsupported = "code" in got && got.code === "UnsupportedOperationException";
  return { ...tried, outcome: unsupported ? "unsupported" : "failed" };
}

type Got =
  | { readonly members: readonly string[] }
  | { readonly code: string; readonly message: string; readonly status: number | undefined };

async function outcomeOf(call: Case["call"], world: World): Promise<Got> {
  try {
    const output = await call(world);
    const present = Object.entries(output).filter(([, value]) => value !== undefined);
    return { members: present.map(([name]) => name).filter((name) => name !== "$metadata") };
  } catch (error) {
    if (!(error instanceof KMSServiceException)) throw error;
    const message = error.message === noMessage ? "" : error.message;
    return { code: error.name, message, status: error.$metadata.httpStatusCode };
  }
}

function isDue(got: Got, due: Due): boolean {
  if ("answers" in due) {
    if (!("members" in got)) return false;
    return got.members.toSorted().join() === due.answers.toSorted().join();
  }
  if (!("code" in got) || got.code !== due.code || got.status !== 400) return false;
  const { message } = due;
  if (message === undefined) return true;
  return typeof message === "string" ? got.message === message : message.test(got.message);
}

function shownDue(due: Due): string {
  if ("answers" in due) return due.answers.toSorted().join(" ") || "an empty answer";
  const { message } = due;
  if (message === undefined) return due.code;
  return `${due.code}: ${typeof message === "string" ? message : message.source}`;
}

function shownGot(got: Got): string {
  if ("members" in got) return got.members.toSorted().join(" ") || "an empty answer";
  const status = got.status === 400 ? "" : ` (status ${got.status})`;
  return `${got.code}: ${got.message}${status}`;
}
