/**
 * kill -9 under load. Workers change and use keys while processes are killed at seeded random
 * instants. Whatever was acknowledged has to be there afterwards; a call that got no answer may
 * have happened or not, and nothing in between.
 */
import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  type KMSClient,
  KMSServiceException,
  ListAliasesCommand,
  ListKeyRotationsCommand,
  ListResourceTagsCommand,
  paginateListKeys,
  PutKeyPolicyCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from "vitest";
import {
  type KeyhavenProcess,
  removeDirectory,
  runKeyhaven,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

/** Set this to see the instants and the calls of a failed run again. */
const seed = Number(process.env["KEYHAVEN_CRASH_SEED"] ?? randomInt(2 ** 31));
const workerCount = 8;
const keysPerWorker = 12;
const rotationsPerKey = 3;
const slots = 4;
const roundsPerHalf = 2;
const recoveryMs = 10_000;
/** Far beyond the two seconds for which a call waits for a vault. */
const answerMs = 8_000;
const mostComplaints = 20;

type Target = "vault" | "API process" | "vault and API process" | "API process twice" | "launcher";
/** One launcher's life; it ends with the launcher's own death. */
const round: readonly Target[] = [
  "vault",
  "vault",
  "API process",
  "vault and API process",
  "API process twice",
];

/** The operations that change a fact. */
const changing: ReadonlySet<string> = new Set([
  "CancelKeyDeletion",
  "CreateAlias",
  "DeleteAlias",
  "EnableKey",
  "PutKeyPolicy",
  "RotateKeyOnDemand",
  "ScheduleKeyDeletion",
  "TagResource",
  "UpdateKeyDescription",
]);

/** What came of a call, as far as its caller can know. */
type Outcome<Output> =
  | { readonly kind: "acknowledged"; readonly output: Output }
  | { readonly kind: "unknown" | "not sent" | "refused" };

/** Something that only its key opens again. */
interface Secret {
  readonly ciphertext: Uint8Array;
  readonly plaintext: Buffer;
  readonly context: Record<string, string>;
}

/** A key, and for each fact about it the values that it may have by now: one, if all is known. */
interface Subject {
  readonly keyId: string;
  readonly facts: Map<string, Set<string>>;
  readonly secrets: Secret[];
  /** How many changes it is known to have seen, acknowledged or not. */
  changes: number;
}

interface Worker {
  readonly name: string;
  readonly random: Random;
  readonly subjects: Subject[];
  steps: number;
}

const dataDirectory = temporaryDirectory();
const complaints: string[] = [];
/** The ids of the requests that were answered. */
const answered = new Set<string>();
const workers: readonly Worker[] = Array.from({ length: workerCount }, (_, index) => ({
  name: `worker-${index}`,
  random: seededRandom(seed + index + 1),
  subjects: [],
  steps: 0,
}));
const instants = seededRandom(seed);
/** What was killed and how it went on, for whoever has to look into a failure. */
const story: string[] = [];
let kills = 0;
let killedAtMs = 0;
let unanswered = 0;
let port: number;
let keyhaven: KeyhavenProcess;
let client: KMSClient;
let probe: Subject;

beforeAll(async () => {
  port = await quietPort();
  keyhaven = await startKeyhavenProcess({ dataDirectory, port });
  // One attempt a call, so that a request id stands for one attempt.
  client = keyhaven.client({
    maxAttempts: 1,
    requestHandler: { requestTimeout: answerMs, throwOnRequestTimeout: true },
  });
  probe = await newSubject("probe");
});
afterAll(async () => {
  client?.destroy();
  await keyhaven?.stop();
  removeDirectory(dataDirectory);
});
beforeEach(() => {
  onTestFailed(() => {
    const told = [`KEYHAVEN_CRASH_SEED=${seed}`, ...story, keyhaven?.output() ?? "not started"];
    process.stderr.write(`${told.join("\n")}\n`);
  });
});

describe("a server that is killed under load", () => {
  test("recovers by itself within ten seconds, every time", async () => {
    await storm();
    expect(complaints).toEqual([]);
  });

  test("has everything that it acknowledged before its launcher was killed", async () => {
    await requireEverything();
    await requireJournal();
    expect(complaints).toEqual([]);
  });

  test("recovers from a second storm on the same data", async () => {
    await storm();
    expect(complaints).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(25);
    // Otherwise all this would have shown little.
    expect(answered.size).toBeGreaterThan(1_000);
    expect(unanswered).toBeGreaterThan(10);
  });

  test("still has everything that it ever acknowledged", async () => {
    await requireEverything();
    await requireJournal();
    expect(complaints).toEqual([]);
  });

  test("has a record of every key, and a key for every record of one", async () => {
    const keys: string[] = [];
    for await (const { Keys = [] } of paginateListKeys({ client }, {})) {
      keys.push(...Keys.flatMap(({ KeyId }) => KeyId ?? []));
    }
    const recorded = readJournal().flatMap(({ eventName, errorCode, responseElements }) =>
      eventName === "CreateKey" && errorCode === undefined
        ? (responseElements?.keyMetadata?.keyId ?? [])
        : [],
    );
    expect(recorded.toSorted()).toEqual(keys.toSorted());
  });

  test("has one record of every change, of those that nobody was told of as well", () => {
    const found = new Map<string, number>();
    for (const { eventName = "", errorCode, requestParameters } of readJournal()) {
      // An alias is named after its key here.
      const [keyId] = /[0-9a-f-]{36}/.exec(JSON.stringify(requestParameters ?? null)) ?? [];
      if (errorCode !== undefined || keyId === undefined || !changing.has(eventName)) continue;
      found.set(keyId, (found.get(keyId) ?? 0) + 1);
    }
    for (const { keyId, changes } of workers.flatMap(({ subjects }) => subjects)) {
      expect({ keyId, changes: found.get(keyId) ?? 0 }).toEqual({ keyId, changes });
    }
  });

  test("leaves a whole journal behind when it is told to stop", async () => {
    expect(await keyhaven.stop()).toBe(0);
    await requireJournal();
    expect(complaints).toEqual([]);
  });
});

/** Some launchers' lives under load. After the last one's death nobody calls any more. */
async function storm(): Promise<void> {
  const calm = new AbortController();
  const work = Promise.all(workers.map(async (worker) => await workUntil(calm.signal, worker)));
  try {
    for (let left = roundsPerHalf; left > 0; left -= 1) {
      for (const target of shuffled(round, instants)) await strike(target);
      await strike("launcher", async () => {
        if (left > 1) return;
        calm.abort();
        await work;
      });
    }
  } finally {
    calm.abort();
    await work;
  }
}

async function strike(target: Target, afterwards?: () => Promise<void>): Promise<void> {
  if (complaints.length > 0) return;
  await delay(100 + instants(900));
  const { api, vault } = keyhaven.pids();
  note(target);
  if (target === "launcher") {
    await keyhaven.kill();
    await afterwards?.();
    await startAgain();
    await until("the orphans end", () => !isAlive(api) && !isAlive(vault));
  } else {
    const victims = shuffled([api, vault], instants).filter(
      (pid) => target === "vault and API process" || (pid === vault) === (target === "vault"),
    );
    for (const pid of victims) process.kill(pid, "SIGKILL");
    if (target === "API process twice") await killSuccessor(api);
  }
  await until("the service works again", worksAgain);
  const tookMs = Math.round(performance.now() - killedAtMs);
  story.push(`recovered in ${tookMs} ms`);
  if (tookMs > recoveryMs) complain(`the recovery took ${tookMs} ms`);
}

function note(target: string): void {
  story.push(`killed the ${target}`);
  kills += 1;
  killedAtMs = performance.now();
}

/** Kills the next API process as well, somewhere on its way from its start to serving. */
async function killSuccessor(predecessor: number): Promise<void> {
  let successor = predecessor;
  await until("the API process is started again", () => {
    successor = pidsNow()?.api ?? predecessor;
    return successor !== predecessor;
  });
  await delay(instants(500));
  process.kill(successor, "SIGKILL");
  note("API process that took its place");
}

function pidsNow(): { readonly api: number; readonly vault: number } | undefined {
  try {
    return keyhaven.pids();
  } catch {
    return undefined; // One of them is not there at the moment.
  }
}

/** At once, whether or not the orphans are gone, and the first try gets nowhere. */
async function startAgain(): Promise<void> {
  const command = ["serve", "--port", String(port), "--data-dir", dataDirectory];
  const stillborn = runKeyhaven(command);
  const ended = once(stillborn, "exit");
  await delay(instants(500));
  stillborn.kill("SIGKILL");
  await ended;
  note("launcher that was to take its place");
  const failures: string[] = [];
  await until("the launcher starts", async () => {
    try {
      keyhaven = await startKeyhavenProcess({ dataDirectory, port });
      return true;
    } catch (error) {
      failures.push(String(error));
      return false;
    }
  });
  story.push(...failures);
}

/** A change, a use, and a read: everything works. */
async function worksAgain(): Promise<boolean> {
  const { keyId: KeyId } = probe;
  const Description = `probe ${kills}`;
  const change = new UpdateKeyDescriptionCommand({ KeyId, Description });
  if (!(await changeFact(probe, "description", Description, client.send(change)))) return false;
  if ((await encrypt(probe, Buffer.from(Description), {})).kind !== "acknowledged") return false;
  return await settle(probe, "always");
}

async function workUntil(calm: AbortSignal, worker: Worker): Promise<void> {
  // Ends with the storm: every call is answered or given up within `answerMs`.
  while (!calm.aborted && complaints.length < mostComplaints) {
    worker.steps += 1;
    const done = await takeStep(worker).catch((error: unknown) => {
      complain(`${worker.name} failed: ${String(error)}`);
      return true;
    });
    if (!done) await untilItListens(calm);
  }
}

/** One thing a worker does; says whether it was acknowledged. */
async function takeStep(worker: Worker): Promise<boolean> {
  const { random, subjects, name, steps } = worker;
  if (subjects.length < 2 || (subjects.length < keysPerWorker && random(40) === 0)) {
    const created = await tryNewSubject(`${name} ${steps}`);
    if (created !== undefined) subjects.push(created);
    return created !== undefined;
  }
  const subject = subjects[random(subjects.length)];
  if (subject === undefined || !(await settle(subject))) return false;
  if (factOf(subject, "state") !== "Enabled") {
    // Some are left as they are for a while.
    return random(3) > 0 || (await towardsEnabled(subject));
  }
  return await useOrChange(subject, worker);
}

async function useOrChange(subject: Subject, worker: Worker): Promise<boolean> {
  const { random, steps } = worker;
  const { keyId: KeyId } = subject;
  const unique = `${worker.name} ${steps}`;
  const slot = random(slots);
  const dice = random(100);
  if (dice < 25) {
    const plaintext = Buffer.from(`secret of ${unique}`);
    return (await encrypt(subject, plaintext, { step: unique })).kind === "acknowledged";
  }
  if (dice < 45) return await generateDataKey(subject, { step: unique });
  if (dice < 60) {
    const secret = subject.secrets[random(Math.max(1, subject.secrets.length))];
    return secret === undefined || (await requireOpens(subject, secret));
  }
  if (dice < 70) {
    const change = new UpdateKeyDescriptionCommand({ KeyId, Description: unique });
    return await changeFact(subject, "description", unique, client.send(change));
  }
  if (dice < 78) {
    const Tags = [{ TagKey: `slot-${slot}`, TagValue: unique }];
    const change = new TagResourceCommand({ KeyId, Tags });
    return await changeFact(subject, `tag slot-${slot}`, unique, client.send(change));
  }
  if (dice < 84) {
    const Policy = policyNamed(unique);
    const change = new PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy });
    return await changeFact(subject, "policy", Policy, client.send(change));
  }
  if (dice < 94) return await toggleAlias(subject, `alias/${KeyId}-${slot}`);
  if (dice < 97) return await rotate(subject);
  const change = new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 });
  return await changeFact(subject, "state", "PendingDeletion", client.send(change));
}

async function toggleAlias(subject: Subject, AliasName: string): Promise<boolean> {
  const fact = `alias ${AliasName}`;
  if (factOf(subject, fact) === "there") {
    const change = new DeleteAliasCommand({ AliasName });
    return await changeFact(subject, fact, "none", client.send(change));
  }
  const change = new CreateAliasCommand({ AliasName, TargetKeyId: subject.keyId });
  return await changeFact(subject, fact, "there", client.send(change));
}

async function rotate(subject: Subject): Promise<boolean> {
  const rotations = Number(factOf(subject, "rotations"));
  if (rotations >= rotationsPerKey) return true;
  const change = new RotateKeyOnDemandCommand({ KeyId: subject.keyId });
  return await changeFact(subject, "rotations", String(rotations + 1), client.send(change));
}

/** One step from "PendingDeletion" by way of "Disabled" to "Enabled". */
async function towardsEnabled(subject: Subject): Promise<boolean> {
  const { keyId: KeyId } = subject;
  if (factOf(subject, "state") === "PendingDeletion") {
    const change = new CancelKeyDeletionCommand({ KeyId });
    return await changeFact(subject, "state", "Disabled", client.send(change));
  }
  const change = new EnableKeyCommand({ KeyId });
  return await changeFact(subject, "state", "Enabled", client.send(change));
}

async function newSubject(description: string): Promise<Subject> {
  const subject = await tryNewSubject(description);
  if (subject === undefined) throw new Error("no key was created");
  return subject;
}

async function tryNewSubject(Description: string): Promise<Subject | undefined> {
  const Policy = policyNamed("new");
  const outcome = await attempt(client.send(new CreateKeyCommand({ Description, Policy })));
  if (outcome.kind !== "acknowledged") return undefined;
  const facts = { state: "Enabled", description: Description, policy: Policy, rotations: "0" };
  return {
    keyId: outcome.output.KeyMetadata?.KeyId ?? "",
    facts: new Map(Object.entries(facts).map(([fact, value]) => [fact, new Set([value])])),
    secrets: [],
    changes: 0,
  };
}

async function encrypt(subject: Subject, plaintext: Buffer, context: Record<string, string>) {
  const input = { KeyId: subject.keyId, Plaintext: plaintext, EncryptionContext: context };
  const outcome = await attempt(client.send(new EncryptCommand(input)));
  if (outcome.kind === "acknowledged") {
    const { CiphertextBlob: ciphertext = new Uint8Array() } = outcome.output;
    subject.secrets.push({ ciphertext, plaintext, context });
  }
  return outcome;
}

async function generateDataKey(
  subject: Subject,
  context: Record<string, string>,
): Promise<boolean> {
  const input = { KeyId: subject.keyId, NumberOfBytes: 32, EncryptionContext: context };
  const outcome = await attempt(client.send(new GenerateDataKeyCommand(input)));
  if (outcome.kind !== "acknowledged") return false;
  const { CiphertextBlob: ciphertext = new Uint8Array(), Plaintext = [] } = outcome.output;
  subject.secrets.push({ ciphertext, plaintext: Buffer.from(Plaintext), context });
  return true;
}

/** Says whether it was answered; what it was answered with has to be right. */
async function requireOpens(subject: Subject, secret: Secret): Promise<boolean> {
  const input = { CiphertextBlob: secret.ciphertext, EncryptionContext: secret.context };
  const outcome = await attempt(client.send(new DecryptCommand(input)));
  if (outcome.kind !== "acknowledged") return false;
  if (!secret.plaintext.equals(Buffer.from(outcome.output.Plaintext ?? []))) {
    complain(`a ciphertext of ${subject.keyId} opens to something else`);
  }
  return true;
}

/** The fact has the new value if that was acknowledged; if nothing is known, it has either. */
async function changeFact(
  subject: Subject,
  fact: string,
  value: string,
  sending: Promise<Answer>,
): Promise<boolean> {
  const { kind } = await attempt(sending);
  const known = subject.facts.get(fact) ?? new Set(["none"]);
  if (kind === "acknowledged") {
    subject.facts.set(fact, new Set([value]));
    subject.changes += 1;
  }
  if (kind === "unknown") subject.facts.set(fact, new Set([...known, value]));
  return kind === "acknowledged";
}

/** The one value of a fact that is settled. */
function factOf(subject: Subject, fact: string): string {
  const [value = "none"] = subject.facts.get(fact) ?? [];
  return value;
}

/**
 * Reads how things stand, when that is not known or always. It has to be as it may be, and from
 * then on it has to stay so. Says whether all is known now.
 */
async function settle(subject: Subject, when: "always" | "if open" = "if open"): Promise<boolean> {
  const isOpen = [...subject.facts.values()].some(({ size }) => size !== 1);
  if (when === "if open" && !isOpen) return true;
  const found = await readFacts(subject);
  if (found === undefined) return false;
  for (const fact of new Set([...subject.facts.keys(), ...found.keys()])) {
    const value = found.get(fact) ?? "none";
    const possible = subject.facts.get(fact) ?? new Set(["none"]);
    if (!possible.has(value)) {
      const expected = [...possible].join(" or ");
      complain(`${fact} of ${subject.keyId} is ${value}, not ${expected}`);
    }
    // What was sent last comes last.
    if (possible.size > 1 && value === [...possible].at(-1)) subject.changes += 1;
    subject.facts.set(fact, new Set([value]));
  }
  return true;
}

async function readFacts({ keyId: KeyId }: Subject): Promise<Map<string, string> | undefined> {
  const [key, policy, tags, aliases, rotations] = await Promise.all([
    attempt(client.send(new DescribeKeyCommand({ KeyId }))),
    attempt(client.send(new GetKeyPolicyCommand({ KeyId }))),
    attempt(client.send(new ListResourceTagsCommand({ KeyId }))),
    attempt(client.send(new ListAliasesCommand({ KeyId }))),
    attempt(client.send(new ListKeyRotationsCommand({ KeyId }))),
  ]);
  if (
    key.kind !== "acknowledged" ||
    policy.kind !== "acknowledged" ||
    tags.kind !== "acknowledged" ||
    aliases.kind !== "acknowledged" ||
    rotations.kind !== "acknowledged"
  ) {
    return undefined;
  }
  const { KeyState = "none", Description = "none" } = key.output.KeyMetadata ?? {};
  const { Tags = [] } = tags.output;
  const { Aliases = [] } = aliases.output;
  return new Map([
    ["state", KeyState],
    ["description", Description],
    ["policy", policy.output.Policy ?? "none"],
    ["rotations", String(rotations.output.Rotations?.length)],
    ...Tags.map(({ TagKey, TagValue = "" }): [string, string] => [`tag ${TagKey}`, TagValue]),
    ...Aliases.map(({ AliasName }): [string, string] => [`alias ${AliasName}`, "there"]),
  ]);
}

interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

/** Waits for an answer. None of the calls that are made here has a reason to be refused. */
async function attempt<Output extends Answer>(sending: Promise<Output>): Promise<Outcome<Output>> {
  try {
    const output = await sending;
    noteAnswer(output.$metadata.requestId);
    return { kind: "acknowledged", output };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    unanswered += 1;
    return { kind: whatFailureTells(error) };
  }
}

function whatFailureTells(error: Error): "unknown" | "not sent" | "refused" {
  if (error instanceof KMSServiceException) {
    if (error.name === "KeyUnavailableException") return "unknown";
    complain(`a call was refused: ${error.name}: ${error.message}`);
    noteAnswer(error.$metadata.requestId);
    return "refused";
  }
  const code = "code" in error ? error.code : undefined;
  if (code === "ECONNREFUSED") return "not sent";
  if (code === "ECONNRESET" || code === "EPIPE") return "unknown";
  complain(`a call failed in a way of its own: ${error.stack ?? error.message}`);
  return "unknown";
}

function noteAnswer(requestId: string | undefined): void {
  if (requestId === undefined) complain("an answer has no request id");
  else if (answered.has(requestId)) complain(`request id ${requestId} was given twice`);
  else answered.add(requestId);
}

function complain(what: string): void {
  if (complaints.length < mostComplaints) complaints.push(what);
}

/** Every key is as its last acknowledged changes left it, and opens everything it ever closed. */
async function requireEverything(): Promise<void> {
  const owners = [...workers, { name: "probe", subjects: [probe] }];
  await Promise.all(
    owners.map(async ({ subjects }) => {
      for (const subject of subjects) await requireSubject(subject);
    }),
  );
}

async function requireSubject(subject: Subject): Promise<void> {
  if (!(await settle(subject, "always"))) complain(`${subject.keyId} cannot be read`);
  for (let steps = 0; steps < 2 && factOf(subject, "state") !== "Enabled"; steps += 1) {
    if (!(await towardsEnabled(subject))) complain(`${subject.keyId} cannot be used again`);
  }
  for (const secret of subject.secrets) {
    if (!(await requireOpens(subject, secret))) complain(`${subject.keyId} does not decrypt`);
  }
}

interface JournalRecord {
  readonly eventID?: string;
  readonly eventName?: string;
  readonly requestID?: string;
  readonly errorCode?: string;
  readonly requestParameters?: unknown;
  readonly responseElements?: { readonly keyMetadata?: { readonly keyId?: string } } | null;
}

/** Every line parses, no event is in it twice, every request that was answered is in it once. */
async function requireJournal(): Promise<void> {
  const records = readJournal();
  const events = new Set(records.map(({ eventID }) => eventID));
  if (events.size !== records.length) complain("the journal holds an event twice");
  const counts = new Map<string, number>();
  for (const { requestID } of records) {
    if (requestID !== undefined) counts.set(requestID, (counts.get(requestID) ?? 0) + 1);
  }
  for (const requestId of answered) {
    const count = counts.get(requestId) ?? 0;
    if (count !== 1) complain(`the journal holds request ${requestId} ${count} times`);
  }
}

function readJournal(): readonly JournalRecord[] {
  const directory = path.join(dataDirectory, "journal");
  const segments = readdirSync(directory).filter((name) => name.endsWith(".jsonl"));
  return segments.toSorted().flatMap((segment) => {
    const lines = readFileSync(path.join(directory, segment), "utf8").split("\n");
    if (lines.pop() !== "") complain(`${segment} ends within a line`);
    return lines.flatMap((line) => parseRecord(line, segment));
  });
}

function parseRecord(line: string, segment: string): JournalRecord | readonly [] {
  try {
    return JSON.parse(line) as JournalRecord;
  } catch {
    complain(`${segment} holds a line that does not parse: ${line}`);
    return [];
  }
}

/** The account's own policy with a name in it, so that one is told from another. */
function policyNamed(name: string): string {
  const Principal = { AWS: `arn:aws:iam::${keyhaven.credentials.accountId}:root` };
  const Statement = [{ Sid: name, Effect: "Allow", Principal, Action: "kms:*", Resource: "*" }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

/** Asks until it is so, for as long as a recovery may take. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + recoveryMs;
  while (performance.now() < deadline) {
    if (await isSo()) return;
    await delay(20);
  }
  complain(`waited ${recoveryMs} ms in vain until ${what}`);
}

async function untilItListens(calm: AbortSignal): Promise<void> {
  // Ends with the storm at the latest.
  while (!calm.aborted) {
    const health = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    await health?.arrayBuffer().catch(() => undefined);
    if (health?.ok === true) return;
    await delay(50);
  }
}

/** A process that has ended and that nobody has waited for is not alive. */
function isAlive(pid: number): boolean {
  try {
    const state = execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
    return !state.trim().startsWith("Z");
  } catch {
    return false;
  }
}

/**
 * A free port that the system does not give to outgoing connections: one of the many attempts
 * to connect while nobody listens could be given the very port, and keep the server from it.
 */
async function quietPort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const candidate = randomInt(20_000, 30_000);
    const server = createServer().listen(candidate, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return candidate;
  }
  throw new Error("no port is free");
}

/** Whole numbers from 0 up to the one that is given, which is not among them. */
type Random = (below: number) => number;

/** Mulberry32. */
function seededRandom(from: number): Random {
  let state = from >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  return items
    .map((item) => ({ item, rank: random(2 ** 30) }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}
