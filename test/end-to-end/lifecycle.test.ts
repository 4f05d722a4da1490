/**
 * What becomes of keys as time goes by, in servers inside this process whose clock is
 * moved, and what those servers leave behind.
 */
import { execFileSync } from "node:child_process";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmdirSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeyRotationsCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { type Keyhaven, startKeyhaven } from "../../dist/testing.js";
import {
  recordsIn,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const patience = { timeout: 20_000, interval: 50 };
const secret = Buffer.from("correct horse battery staple");

/** A server inside this process, and the time it believes in. */
interface House {
  readonly server: Keyhaven;
  readonly dataDirectory: string;
  /** Believes in the same time. */
  readonly kms: KMSClient;
  /** Moves the clock on. */
  wait(byMs: number): void;
  stop(): Promise<void>;
}

const scratch = temporaryDirectory();
const houses = new Set<House>();

afterEach(async () => {
  await Promise.all([...houses].map(async (house) => await house.stop()));
});

afterAll(() => {
  vi.unstubAllEnvs();
  removeDirectory(scratch);
});

describe("a key pending deletion", () => {
  test("is there until its waiting period is over, and then is gone with its aliases", async () => {
    const house = await openHouse();
    const { kms } = house;
    const KeyId = await newKey(kms);
    await kms.send(new CreateAliasCommand({ AliasName: "alias/doomed", TargetKeyId: KeyId }));
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: secret }));
    const scout = await newKey(kms);
    await scheduleDeletion(kms, scout);
    house.wait(hourMs);
    await scheduleDeletion(kms, KeyId);

    // The scout's time comes first: when it is gone, the other key has been looked at too.
    house.wait(7 * dayMs - hourMs / 2);
    await untilGone(kms, scout);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.KeyState).toBe("PendingDeletion");
    expect(await aliases(kms)).toContain("alias/doomed");

    house.wait(hourMs / 2);
    await untilGone(kms, KeyId);
    const gone = { name: "NotFoundException" };
    for (const name of [KeyId, "alias/doomed"]) {
      const attempt = kms.send(new EncryptCommand({ KeyId: name, Plaintext: secret }));
      await expect(attempt).rejects.toMatchObject(gone);
    }
    const decryption = kms.send(new DecryptCommand({ CiphertextBlob }));
    await expect(decryption).rejects.toMatchObject({ name: "InvalidCiphertextException" });
    expect(await aliases(kms)).not.toContain("alias/doomed");
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([]);
    expect(recordsIn(house.dataDirectory)).toContainEqual(
      expect.objectContaining({
        eventName: "DeleteKey",
        resources: [expect.objectContaining({ ARN: KeyMetadata?.Arn })],
      }),
    );
  });

  test("leaves no key material and no description behind in any file but the journal", async () => {
    const house = await openHouse();
    const { kms } = house;
    const Description = `described as ${randomBytes(16).toString("hex")}`;
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description }));
    const KeyId = KeyMetadata?.KeyId ?? "";
    const other = await newKey(kms);
    const wrapped = wrappedMaterial(house, KeyId);
    const remains = [wrapped, Buffer.from(Description)];
    expect(filesWith(house, wrapped)).not.toEqual([]);
    expect(filesWith(house, Buffer.from(Description))).not.toEqual([]);

    await scheduleDeletion(kms, KeyId);
    house.wait(7 * dayMs);
    await untilGone(kms, KeyId);
    // The row is gone a moment before the last of the write-ahead log is.
    await vi.waitFor(() => {
      expect(remains.flatMap((bytes) => filesWith(house, bytes))).toEqual([]);
    }, patience);
    expect(filesWith(house, wrappedMaterial(house, other))).not.toEqual([]);
    await kms.send(new EncryptCommand({ KeyId: other, Plaintext: secret }));
  });
});

describe("automatic rotation", () => {
  test("happens when its time has come and not before, and old ciphertexts still decrypt", async () => {
    const house = await openHouse();
    const { kms } = house;
    const [KeyId, scout] = [await newKey(kms), await newKey(kms)];
    const old = await encrypt(kms, KeyId);
    await enableRotation(kms, scout);
    house.wait(dayMs);
    await enableRotation(kms, KeyId);

    house.wait(89 * dayMs + dayMs / 2);
    await untilRotated(kms, scout, 1);
    expect(await rotations(kms, KeyId)).toEqual([]);

    house.wait(dayMs / 2);
    await untilRotated(kms, KeyId, 1);
    const current = await encrypt(kms, KeyId);
    const [fromOld, fromCurrent] = [await decrypt(kms, old), await decrypt(kms, current)];
    expect([fromOld.plaintext, fromCurrent.plaintext]).toEqual([secret, secret]);
    expect(fromOld.material).not.toBe(fromCurrent.material);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.CurrentKeyMaterialId).toBe(fromCurrent.material);
    expect(await rotations(kms, KeyId)).toMatchObject([
      { RotationType: "AUTOMATIC", KeyMaterialId: fromCurrent.material },
    ]);
  });

  test("goes on, period after period, and every generation of ciphertext names its key material", async () => {
    const house = await openHouse();
    const { kms } = house;
    const KeyId = await newKey(kms);
    await enableRotation(kms, KeyId);
    const ciphertexts = [await encrypt(kms, KeyId)];
    for (const generation of [1, 2, 3]) {
      house.wait(90 * dayMs);
      await untilRotated(kms, KeyId, generation);
      ciphertexts.push(await encrypt(kms, KeyId));
    }
    const decrypted = await Promise.all(ciphertexts.map(async (blob) => await decrypt(kms, blob)));
    expect(decrypted.map(({ plaintext }) => plaintext)).toEqual(ciphertexts.map(() => secret));
    expect(new Set(decrypted.map(({ material }) => material)).size).toBe(4);
    const status = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
  });
});

describe("a server in the test's own process", () => {
  test("does envelope encryption", async () => {
    const { kms } = await openHouse();
    const KeyId = await newKey(kms);
    const EncryptionContext = { file: "report" };
    const content = randomBytes(100_000);
    const dataKey = await kms.send(
      new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", EncryptionContext }),
    );
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", dataKey.Plaintext ?? Buffer.alloc(0), iv);
    const sealed = Buffer.concat([cipher.update(content), cipher.final()]);

    const { Plaintext } = await kms.send(
      new DecryptCommand({ CiphertextBlob: dataKey.CiphertextBlob, EncryptionContext }),
    );
    const decipher = createDecipheriv("aes-256-gcm", Plaintext ?? Buffer.alloc(0), iv);
    decipher.setAuthTag(cipher.getAuthTag());
    expect(Buffer.concat([decipher.update(sealed), decipher.final()]).equals(content)).toBe(true);
  });

  test("leaves no process and no directory when it has stopped", async () => {
    const house = await openHouse();
    await newKey(house.kms);
    expect(vaults(house)).toHaveLength(1);
    await house.stop();
    expect(vaults(house)).toEqual([]);
    expect(readdirSync(scratch)).toEqual([]);
    await expect(fetch(house.server.endpoint)).rejects.toThrow("fetch failed");
  });

  test("is not disturbed by another", async () => {
    const [one, other] = await Promise.all([openHouse(), openHouse()]);
    const [keyOfOne, keyOfOther] = await Promise.all([newKey(one.kms), newKey(other.kms)]);
    const lists = await Promise.all([one, other].map(async (house) => await keys(house.kms)));
    expect(lists).toEqual([[keyOfOne], [keyOfOther]]);

    const roundTrip = async ({ kms }: House, keyId: string): Promise<Buffer> =>
      (await decrypt(kms, await encrypt(kms, keyId))).plaintext;
    const trips = Array.from({ length: 50 }, async () => {
      const both = [roundTrip(one, keyOfOne), roundTrip(other, keyOfOther)];
      return await Promise.all(both);
    });
    for (const plaintexts of await Promise.all(trips)) expect(plaintexts).toEqual([secret, secret]);
    const foreign = decrypt(other.kms, await encrypt(one.kms, keyOfOne));
    await expect(foreign).rejects.toMatchObject({ name: "InvalidCiphertextException" });

    await scheduleDeletion(one.kms, keyOfOne);
    one.wait(7 * dayMs);
    await untilGone(one.kms, keyOfOne);
    await one.stop();
    expect(await roundTrip(other, keyOfOther)).toEqual(secret);
    expect(readdirSync(scratch)).toEqual([path.basename(path.dirname(other.dataDirectory))]);
  });
});

test("how long servers take to be ready is worth knowing", async () => {
  const inProcess: number[] = [];
  const dev: number[] = [];
  for (let start = 0; start < 5; start += 1) {
    const house = await timed(inProcess, openHouse);
    await house.stop();
    const dataDirectory = path.join(scratch, "dev");
    const server = await timed(
      dev,
      async () => await startKeyhavenProcess({ dataDirectory, command: "dev" }),
    );
    expect(await server.stop()).toBe(0);
    removeDirectory(dataDirectory);
  }
  process.stdout.write(
    `ready after, in ms: startKeyhaven ${inProcess.join(" ")}, keyhaven dev ${dev.join(" ")}\n`,
  );
});

async function timed<Result>(into: number[], work: () => Promise<Result>): Promise<Result> {
  const startedMs = performance.now();
  const result = await work();
  into.push(Math.round(performance.now() - startedMs));
  return result;
}

async function openHouse(): Promise<House> {
  // Each has a place of its own, and its data directory is the one thing in it.
  const place = mkdtempSync(path.join(scratch, "place-"));
  let offsetMs = 0;
  vi.stubEnv("TMPDIR", place);
  const server = await startKeyhaven({ clock: () => Date.now() + offsetMs });
  const kms = new KMSClient(server.clientConfig);
  // The SDK corrects an offset by the Date header of answers, which tells the real time.
  Object.defineProperty(kms.config, "systemClockOffset", {
    get: () => offsetMs,
    set() {},
  });
  const house: House = {
    server,
    dataDirectory: path.join(place, onlyEntry(place)),
    kms,
    wait(byMs) {
      offsetMs += byMs;
    },
    async stop() {
      if (!houses.delete(house)) return;
      kms.destroy();
      await server.stop();
      // Refused for a directory that has anything in it.
      rmdirSync(place);
    },
  };
  houses.add(house);
  return house;
}

async function newKey(kms: KMSClient): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.KeyId ?? "";
}

async function keys(kms: KMSClient): Promise<(string | undefined)[]> {
  const { Keys } = await kms.send(new ListKeysCommand({}));
  return (Keys ?? []).map(({ KeyId }) => KeyId);
}

async function aliases(kms: KMSClient): Promise<(string | undefined)[]> {
  const { Aliases } = await kms.send(new ListAliasesCommand({}));
  return (Aliases ?? []).map(({ AliasName }) => AliasName);
}

async function encrypt(kms: KMSClient, KeyId: string): Promise<Uint8Array> {
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: secret }));
  return CiphertextBlob ?? new Uint8Array();
}

async function decrypt(kms: KMSClient, CiphertextBlob: Uint8Array) {
  const { Plaintext, KeyMaterialId } = await kms.send(new DecryptCommand({ CiphertextBlob }));
  return { plaintext: Buffer.from(Plaintext ?? []), material: KeyMaterialId };
}

async function scheduleDeletion(kms: KMSClient, KeyId: string): Promise<void> {
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
}

async function untilGone(kms: KMSClient, KeyId: string): Promise<void> {
  await vi.waitFor(async () => {
    const attempt = kms.send(new DescribeKeyCommand({ KeyId }));
    await expect(attempt).rejects.toMatchObject({ name: "NotFoundException" });
  }, patience);
}

async function enableRotation(kms: KMSClient, KeyId: string): Promise<void> {
  await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
}

async function rotations(kms: KMSClient, KeyId: string) {
  return (await kms.send(new ListKeyRotationsCommand({ KeyId }))).Rotations ?? [];
}

async function untilRotated(kms: KMSClient, KeyId: string, times: number): Promise<void> {
  await vi.waitFor(async () => expect(await rotations(kms, KeyId)).toHaveLength(times), patience);
}

function onlyEntry(directory: string): string {
  const [name = "", ...others] = readdirSync(directory);
  expect(others).toEqual([]);
  return name;
}

/** Paths of the files in which the bytes are, but for the journal: that forgets nothing. */
function filesWith({ dataDirectory }: House, bytes: Buffer): string[] {
  return readdirSync(dataDirectory, { recursive: true, encoding: "utf8" })
    .filter((file) => !file.startsWith("journal/"))
    .filter((file) => statSync(path.join(dataDirectory, file)).isFile())
    .filter((file) => readFileSync(path.join(dataDirectory, file)).includes(bytes));
}

/** The key material of a key, as it is stored. */
function wrappedMaterial({ dataDirectory }: House, keyId: string): Buffer {
  const database = new DatabaseSync(path.join(dataDirectory, "keyhaven.db"), { readOnly: true });
  try {
    const row = database.prepare("SELECT wrapped FROM key_materials WHERE key_id = ?").get(keyId);
    const wrapped = row?.["wrapped"];
    if (!(wrapped instanceof Uint8Array)) throw new Error(`no key material of ${keyId}`);
    return Buffer.from(wrapped);
  } finally {
    database.close();
  }
}

/** Command lines of the processes that were started for this server. */
function vaults({ dataDirectory }: House): string[] {
  const lines = execFileSync("ps", ["-ww", "-o", "args=", "-A"], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(path.join(dataDirectory, "vault")));
}
