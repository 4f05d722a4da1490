/** The built server with keys in a PKCS#11 token of SoftHSM's, while what works with the token is killed. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeCustomKeyStoresCommand,
  EncryptCommand,
  type KMSClient,
  KMSServiceException,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificates } from "../fuzz/test-certificates.ts";
import { clusterId, hasSoftHsm, type SoftHsm, softHsm, tokenLabel, userPin } from "../soft-hsm.ts";
import {
  type KeyhavenProcess,
  pidOf,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const helper = "dist/pkcs11/main.js";

describe.skipIf(!hasSoftHsm)("keys in a token", () => {
  const dataDirectory = temporaryDirectory();
  let hsm: SoftHsm;
  let keyhaven: KeyhavenProcess;
  let kms: KMSClient;
  let KeyId: string | undefined;

  const start = async (): Promise<void> => {
    const { modulePath } = hsm.config;
    const clusters = `${clusterId}=${tokenLabel}`;
    const flags = ["--pkcs11-module", modulePath, "--pkcs11-clusters", clusters];
    keyhaven = await startKeyhavenProcess({ dataDirectory, arguments: flags });
    kms = keyhaven.client({ maxAttempts: 1 });
  };
  const killHelper = (): void => {
    process.kill(pidOf(keyhaven.child.pid ?? 0, helper), "SIGKILL");
  };
  /** It rests for longer and longer before it is started again. */
  const untilHelperRuns = async (): Promise<void> => {
    for (;;) {
      try {
        return void pidOf(keyhaven.child.pid ?? 0, helper);
      } catch {
        await delay(50);
      }
    }
  };
  const roundTrip = async (text: string): Promise<string> => {
    const Plaintext = Buffer.from(text);
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
    return Buffer.from(opened.Plaintext ?? []).toString();
  };

  beforeAll(async () => {
    hsm = softHsm();
    await start();
    const { CustomKeyStoreId } = await kms.send(
      new CreateCustomKeyStoreCommand({
        CustomKeyStoreName: "in the HSM",
        CloudHsmClusterId: clusterId,
        TrustAnchorCertificate: certificates[0].cert,
        KeyStorePassword: userPin,
      }),
    );
    // The next one is to log in. (SoftHSM itself can lose a token whose user is logging in.)
    killHelper();
    await kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId }));
    const state = async () =>
      (await kms.send(new DescribeCustomKeyStoresCommand({ CustomKeyStoreId })))
        .CustomKeyStores?.[0]?.ConnectionState;
    while ((await state()) !== "CONNECTED") await delay(50);
    const made = await kms.send(new CreateKeyCommand({ Origin: "AWS_CLOUDHSM", CustomKeyStoreId }));
    KeyId = made.KeyMetadata?.KeyId;
  });
  afterAll(async () => {
    await keyhaven.stop();
    hsm.remove();
    removeDirectory(dataDirectory);
  });

  test("answer right or KMSInvalidStateException, and nothing else, while it is killed under load", async () => {
    const outcomes = new Map<string, number>();
    const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const endMs = Date.now() + 6_000;
    const work = async (worker: number): Promise<void> => {
      for (let round = 0; Date.now() < endMs; round += 1) {
        const text = `${worker} ${round}`;
        try {
          count((await roundTrip(text)) === text ? "right" : "wrong");
        } catch (error) {
          count(error instanceof KMSServiceException ? error.name : String(error));
        }
      }
    };
    const killing = async (): Promise<void> => {
      while (Date.now() < endMs - 1_500) {
        await delay(1_000);
        await untilHelperRuns();
        killHelper();
      }
    };
    await Promise.all([
      killing(),
      ...Array.from({ length: 8 }, async (_, worker) => await work(worker)),
    ]);
    const {
      right = 0,
      KMSInvalidStateException: _refused,
      ...others
    } = Object.fromEntries(outcomes);
    expect(others).toEqual({});
    expect(right).toBeGreaterThan(100);
    await untilHelperRuns();
    expect(await roundTrip("afterwards")).toBe("afterwards");
    expect(keyhaven.output()).toContain("What works with PKCS#11 tokens stopped (SIGKILL)");
    expect(keyhaven.output()).not.toContain(userPin);
  });

  test("decrypt after a restart of everything, without anybody connecting again", async () => {
    await keyhaven.kill();
    await start();
    expect(await roundTrip("restarted")).toBe("restarted");
  });

  test("need a PIN that stands in no argument, environment or file", async () => {
    const { api, vault } = keyhaven.pids();
    for (const pid of [api, vault, pidOf(keyhaven.child.pid ?? 0, helper)]) {
      expect(await readFile(`/proc/${pid}/cmdline`, "utf8")).not.toContain(userPin);
      expect(await readFile(`/proc/${pid}/environ`, "utf8")).not.toContain(userPin);
    }
    const written = readdirSync(dataDirectory, { recursive: true, encoding: "utf8" })
      .map((name) => path.join(dataDirectory, name))
      .filter((file) => statSync(file).isFile() && readFileSync(file).includes(userPin));
    expect(written).toEqual([]);
  });

  test("cannot be taken out of the token", () => {
    const listed = hsm.tool("--list-objects", "--type", "secrkey");
    if (listed === undefined) return;
    expect(listed).toContain(`key/${KeyId}`);
    expect(listed).toMatch(/Access: +sensitive, always sensitive, never extractable, local/);
  });

  test("are in a process of their own: neither the API process nor the vault loads the module", async () => {
    const { api, vault } = keyhaven.pids();
    expect(await loads(pidOf(keyhaven.child.pid ?? 0, helper))).toBe(true);
    expect([await loads(api), await loads(vault)]).toEqual([false, false]);
  });
});

async function loads(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/maps`, "utf8")).includes("libsofthsm2");
}
