/**
 * kill -9 while multi-Region keys are replicated, rotated and given other primaries. Rows of
 * several Regions change together: after a crash all of them have, or none.
 */
import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { KMS, KMSServiceException } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type KeyhavenProcess,
  recordsIn,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const regions = ["us-east-1", "eu-west-1", "us-west-2", "ap-south-1"] as const;
type Region = (typeof regions)[number];

const keyCount = 8;
const rounds = 6;
const mostRotations = 25;
const patienceMs = 15_000;

/** Where the keys of a set are, and how often they were rotated. */
interface Standing {
  readonly primary: Region;
  readonly replicas: readonly Region[];
  readonly rotations: number;
}

/** A multi-Region key as its one caller knows it. */
interface Subject {
  readonly keyId: string;
  known: Standing;
  /** What the call that got no answer was to bring about. */
  open: Standing | undefined;
}

const dataDirectory = temporaryDirectory();
const clients = new Map<Region, KMS>();
const subjects: Subject[] = [];
let keyhaven: KeyhavenProcess;
let acknowledged = 0;
let unanswered = 0;

beforeAll(async () => {
  keyhaven = await startKeyhavenProcess({ dataDirectory });
  const { url: endpoint, credentials } = keyhaven;
  const requestHandler = { requestTimeout: 8_000, throwOnRequestTimeout: true };
  for (const region of regions) {
    clients.set(region, new KMS({ endpoint, region, credentials, maxAttempts: 1, requestHandler }));
  }
  for (let count = 0; count < keyCount; count += 1) subjects.push(await newSubject());
});
afterAll(async () => {
  for (const client of clients.values()) client.destroy();
  await keyhaven?.stop();
  removeDirectory(dataDirectory);
});

test("related keys are changed together or not at all, and nothing acknowledged is lost", async () => {
  const faults: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Before the storm: looking for them holds everything up here, the calls too.
    const { api, vault } = keyhaven.pids();
    const storm = new AbortController();
    const work = Promise.all(
      subjects.map(async (subject) => await changeUntil(storm.signal, subject)),
    );
    await delay(150 + randomInt(500));
    process.kill(round % 3 === 2 ? vault : api, "SIGKILL");
    storm.abort();
    await work;
    await untilItWorks();
    for (const subject of subjects) faults.push(...(await faultsOf(subject)));
  }
  expect(faults).toEqual([]);
  // Otherwise this would have shown little.
  expect(acknowledged).toBeGreaterThan(50);
  expect(unanswered).toBeGreaterThan(5);
}, 120_000);

test("each change is on record in every Region that it concerns", async () => {
  const records = recordsIn<JournalRecord>(dataDirectory).filter(
    ({ errorCode }) => errorCode === undefined,
  );
  const told = (name: string, requestId: string | undefined) =>
    records
      .filter(({ eventName, requestID }) => eventName === name && requestID === requestId)
      .map(({ awsRegion }) => awsRegion);
  const replications = records.filter(({ eventName }) => eventName === "ReplicateKey");
  for (const { awsRegion, requestID, requestParameters } of replications) {
    expect(told("CreateKey", requestID)).toEqual([requestParameters?.replicaRegion]);
    expect(told("SynchronizeMultiRegionKey", requestID)).toEqual([awsRegion]);
  }
  const moves = records.filter(({ eventName }) => eventName === "UpdatePrimaryRegion");
  for (const { requestID, requestParameters } of moves) {
    expect(told("UpdatePrimaryRegion", requestID)).toHaveLength(2);
    expect(told("UpdatePrimaryRegion", requestID)).toContain(requestParameters?.primaryRegion);
  }
  const replicas = subjects.flatMap(({ known }) => known.replicas);
  expect(replications).toHaveLength(replicas.length);
  expect(await keyhaven.stop()).toBe(0);
});

async function newSubject(): Promise<Subject> {
  const { KeyMetadata } = await clientIn("us-east-1").createKey({ MultiRegion: true });
  const known = { primary: "us-east-1", replicas: [], rotations: 0 } as const;
  return { keyId: KeyMetadata?.KeyId ?? "", known, open: undefined };
}

/** One change after another, until the storm is over or one of them gets no answer. */
async function changeUntil(over: AbortSignal, subject: Subject): Promise<void> {
  while (!over.aborted && subject.open === undefined) {
    const change = nextChange(subject);
    subject.open = change.to;
    try {
      await change.send();
      subject.known = change.to;
      subject.open = undefined;
      acknowledged += 1;
    } catch (error) {
      // A vault that is away or a server that is gone; any other refusal is a defect.
      if (error instanceof KMSServiceException && error.name !== "KeyUnavailableException") {
        throw error;
      }
      unanswered += 1;
    }
  }
}

function nextChange({ keyId: KeyId, known }: Subject) {
  const { primary, replicas, rotations } = known;
  const client = clientIn(primary);
  const free = regions.filter((region) => region !== primary && !replicas.includes(region));
  const ReplicaRegion = free[randomInt(Math.max(1, free.length))];
  const dice = randomInt(10);
  if (ReplicaRegion !== undefined && (replicas.length === 0 || dice < 2)) {
    return {
      to: { ...known, replicas: [...replicas, ReplicaRegion] },
      send: async () => void (await client.replicateKey({ KeyId, ReplicaRegion })),
    };
  }
  if (dice < 5 && rotations < mostRotations) {
    return {
      to: { ...known, rotations: rotations + 1 },
      send: async () => void (await client.rotateKeyOnDemand({ KeyId })),
    };
  }
  const PrimaryRegion = replicas[randomInt(replicas.length)] ?? primary;
  const others = replicas.filter((region) => region !== PrimaryRegion);
  return {
    to: { ...known, primary: PrimaryRegion, replicas: [...others, primary] },
    send: async () => void (await client.updatePrimaryRegion({ KeyId, PrimaryRegion })),
  };
}

/** What is wrong with a set of related keys; from here on it is known to stand as it was found. */
async function faultsOf(subject: Subject): Promise<readonly string[]> {
  const { keyId, known, open } = subject;
  const candidates = open === undefined ? [known] : [known, open];
  const told = await Promise.all(regions.map(async (region) => await tellOf(keyId, region)));
  const there = told.filter((one) => one !== undefined);
  const found = candidates.find((one) => there.every(({ standing }) => same(standing, one)));
  if (found !== undefined) {
    subject.known = found;
    subject.open = undefined;
  }
  const places = regions.filter((_region, index) => told[index] !== undefined);
  const standing = JSON.stringify(there.map((one) => one.standing));
  const expected = JSON.stringify(candidates);
  return [
    ...(found === undefined ? [`${keyId} stands ${standing}, not ${expected}`] : []),
    ...(found !== undefined && places.length !== 1 + found.replicas.length
      ? [`${keyId} is in ${places.join(" ")}`]
      : []),
    ...(new Set(there.map(({ material }) => material)).size === 1 ? [] : [`${keyId} differs`]),
  ];
}

async function tellOf(KeyId: string, region: Region) {
  const client = clientIn(region);
  try {
    const { KeyMetadata } = await client.describeKey({ KeyId });
    const { PrimaryKey, ReplicaKeys = [] } = KeyMetadata?.MultiRegionConfiguration ?? {};
    const listed = await client.listKeyRotations({ KeyId });
    return {
      standing: {
        primary: PrimaryKey?.Region as Region,
        replicas: ReplicaKeys.map((replica) => replica.Region as Region),
        rotations: listed.Rotations?.length ?? 0,
      },
      material: KeyMetadata?.CurrentKeyMaterialId,
    };
  } catch (error) {
    if (error instanceof KMSServiceException && error.name === "NotFoundException")
      return undefined;
    throw error;
  }
}

function same(one: Standing, other: Standing): boolean {
  return (
    one.primary === other.primary &&
    one.rotations === other.rotations &&
    one.replicas.toSorted().join(" ") === other.replicas.toSorted().join(" ")
  );
}

async function untilItWorks(): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      await clientIn("us-east-1").generateRandom({ NumberOfBytes: 1 });
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}

function clientIn(region: Region): KMS {
  const client = clients.get(region);
  if (client === undefined) throw new Error(`no client is in ${region}`);
  return client;
}

interface JournalRecord {
  readonly eventName?: string;
  readonly awsRegion?: string;
  readonly requestID?: string;
  readonly errorCode?: string;
  readonly requestParameters?: {
    readonly replicaRegion?: string;
    readonly primaryRegion?: string;
  } | null;
}
