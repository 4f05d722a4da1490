import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent } from "node:https";
import { type Server, connect, createServer } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import * as sdk from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { certificates } from "../fuzz/test-certificates.ts";
import { signAsClient } from "../vectors/sigv4-client.ts";
import {
  type Credentials,
  type KeyhavenProcess,
  exitCodeOf,
  recordsIn,
  removeDirectory,
  runKeyhaven,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const patience = { timeout: 30_000, interval: 20 };
const secret = Buffer.from("correct horse battery staple");
const unknownToken = {
  name: "UnrecognizedClientException",
  message: "The security token included in the request is invalid.",
};

const scratch = temporaryDirectory();
const running: KeyhavenProcess[] = [];
afterAll(async () => {
  await Promise.all(running.map(async (server) => await server.stop()));
  removeDirectory(scratch);
});

async function start(
  options: Parameters<typeof startKeyhavenProcess>[0],
): Promise<KeyhavenProcess> {
  const server = await startKeyhavenProcess(options);
  running.push(server);
  return server;
}

let directories = 0;
/** A name for a data directory; the directory is not there yet. */
function newDirectory(): string {
  directories += 1;
  return path.join(scratch, `data-${directories}`);
}

/** Runs a command to its end, its two streams apart. */
async function command(...line: readonly string[]) {
  const child = runKeyhaven(line);
  const [stdout, stderr, code] = await Promise.all([
    child.stdout === null ? "" : text(child.stdout),
    child.stderr === null ? "" : text(child.stderr),
    exitCodeOf(child),
  ]);
  return { code, stdout, stderr };
}

/** What a command ends with that cannot do its work: nothing but one line that says why. */
function failing(line: string) {
  return { code: 1, stdout: "", stderr: `keyhaven: ${line}\n` };
}

async function newAccount(server: KeyhavenProcess, name: string): Promise<Credentials> {
  const at = ["--data-dir", server.dataDirectory];
  const { code, stdout } = await command("account", "create", "--name", name, ...at, "--json");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Credentials;
}

async function newKey(client: sdk.KMSClient): Promise<{ KeyId: string; Arn: string }> {
  const { KeyMetadata } = await client.send(new sdk.CreateKeyCommand({}));
  return { KeyId: KeyMetadata?.KeyId ?? "", Arn: KeyMetadata?.Arn ?? "" };
}

async function encrypt(client: sdk.KMSClient, KeyId: string): Promise<Uint8Array> {
  const input = { KeyId, Plaintext: secret };
  const { CiphertextBlob } = await client.send(new sdk.EncryptCommand(input));
  return CiphertextBlob ?? new Uint8Array();
}

async function decrypt(client: sdk.KMSClient, CiphertextBlob: Uint8Array): Promise<Buffer> {
  const { Plaintext } = await client.send(new sdk.DecryptCommand({ CiphertextBlob }));
  return Buffer.from(Plaintext ?? []);
}

/** Encrypts and decrypts, and says in a word how that went. */
async function roundTrip(client: sdk.KMSClient, keyId: string): Promise<string> {
  try {
    const plaintext = await decrypt(client, await encrypt(client, keyId));
    return plaintext.equals(secret) ? "right" : "wrong";
  } catch (error) {
    if (!(error instanceof sdk.KMSServiceException)) return String(error);
    return `${error.name} ${error.$metadata.httpStatusCode}`;
  }
}

async function list(client: sdk.KMSClient): Promise<sdk.ListKeysCommandOutput> {
  return await client.send(new sdk.ListKeysCommand({}));
}

describe("A running server", () => {
  let server: KeyhavenProcess;
  let client: sdk.KMSClient;
  let keyId: string;
  let blob: Uint8Array;

  beforeAll(async () => {
    server = await start({ dataDirectory: newDirectory() });
    client = server.client();
    keyId = (await newKey(client)).KeyId;
    blob = await encrypt(client, keyId);
  });
  afterAll(() => client?.destroy());

  test("goes on when a second one is refused its directory", async () => {
    const { dataDirectory } = server;
    const second = await command("serve", "--port", "0", "--data-dir", dataDirectory);
    expect(second).toEqual(failing(`Another Keyhaven server runs on ${dataDirectory}.`));
    const dev = await command("dev", "--port", "0", "--data-dir", dataDirectory);
    expect(dev).toEqual(second);
    expect(await decrypt(client, blob)).toEqual(secret);
  });

  test("goes on when a second one is refused its port", async () => {
    const directory = newDirectory();
    const args = ["--port", String(server.port), "--data-dir", directory];
    expect(await command("serve", ...args)).toEqual(
      failing(
        `cannot listen on 127.0.0.1 port ${server.port} (EADDRINUSE): ` +
          "choose another address or port",
      ),
    );
    expect(await decrypt(client, blob)).toEqual(secret);
  });

  test("gives a new account credentials that work, and nothing of the others", async () => {
    const other = await newAccount(server, "billing");
    expect(other).toEqual({
      accountId: expect.stringMatching(/^\d{12}$/),
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9/+]{40}$/),
      region: "us-east-1",
    });
    expect(other.accountId).not.toBe(server.credentials.accountId);
    const foreign = server.client({ credentials: other });
    const { Arn } = await newKey(foreign);
    expect(Arn).toMatch(new RegExp(`^arn:aws:kms:us-east-1:${other.accountId}:key/`));
    expect((await list(foreign)).Keys).toHaveLength(1);
    await expect(decrypt(foreign, blob)).rejects.toMatchObject({ name: "AccessDeniedException" });
    foreign.destroy();
  });

  test("heeds a changed access key at the next request", async () => {
    const credentials = await newAccount(server, "access keys");
    const { accessKeyId, accountId } = credentials;
    const at = ["--data-dir", server.dataDirectory];
    const owner = server.client({ credentials });
    await list(owner);
    expect(await command("access-key", "disable", accessKeyId, ...at)).toMatchObject({ code: 0 });
    await expect(list(owner)).rejects.toMatchObject(unknownToken);
    expect(await command("access-key", "enable", accessKeyId, ...at)).toMatchObject({ code: 0 });
    expect((await list(owner)).Keys).toEqual([]);

    const create = ["access-key", "create", "--account", accountId, "--json"];
    const { stdout } = await command(...create, ...at);
    const second = server.client({ credentials: JSON.parse(stdout) as Credentials });
    await list(second);
    expect(await command("access-key", "delete", accessKeyId, ...at)).toMatchObject({ code: 0 });
    await expect(list(owner)).rejects.toMatchObject(unknownToken);
    expect((await command("access-key", "enable", accessKeyId, ...at)).code).toBe(1);
    await expect(list(owner)).rejects.toMatchObject(unknownToken);
    await list(second);
    owner.destroy();
    second.destroy();
  });

  test("keeps everything to its owner", () => {
    const { dataDirectory } = server;
    const names = readdirSync(dataDirectory, { recursive: true, encoding: "utf8" });
    expect(names).toEqual(
      expect.arrayContaining([
        "admin.sock",
        "bootstrap-credentials.json",
        "keyhaven.db",
        "keyhaven.db-wal",
        "vault/root.key",
        "vault/seal.json",
      ]),
    );
    const modes = [".", ...names].map((name) => {
      const status = statSync(path.join(dataDirectory, name));
      return { name, isDirectory: status.isDirectory(), mode: status.mode & 0o777 };
    });
    const asItMustBe = modes.map(({ name, isDirectory }) => ({
      name,
      isDirectory,
      mode: isDirectory ? 0o700 : name === "vault/root.key" ? 0o400 : 0o600,
    }));
    expect(modes).toEqual(asItMustBe);
  });

  test("whose vault is killed answers again at once for a client that tries again", async () => {
    const before = server.pids().vault;
    process.kill(before, "SIGKILL");
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => await decrypt(client, blob)),
    );
    expect(answers.every((answer) => answer.equals(secret))).toBe(true);
    expect(server.pids().vault).not.toBe(before);
  });

  test("whose vault is killed under load gives right answers or retryable refusals", async () => {
    const impatient = server.client({ maxAttempts: 1 });
    const { api, vault } = server.pids();
    const outcomes: string[] = [];
    const over = new AbortController();
    const work = async () => {
      while (!over.signal.aborted) outcomes.push(await roundTrip(impatient, keyId));
    };
    const workers = Array.from({ length: 8 }, work);
    await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(20), patience);
    process.kill(vault, "SIGKILL");
    await vi.waitFor(() => expect(server.pids().vault).not.toBe(vault), patience);
    const untilThen = outcomes.length;
    await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(untilThen + 50), patience);
    over.abort();
    await Promise.all(workers);
    const expected = new Set(["right", "KeyUnavailableException 500"]);
    expect(outcomes.filter((outcome) => !expected.has(outcome))).toEqual([]);
    expect(outcomes.slice(-8)).toEqual(Array.from({ length: 8 }, () => "right"));
    expect(server.pids().api).toBe(api);
    impatient.destroy();
  });
});

/** The request ids of all calls of an operation on record. */
function recorded(dataDirectory: string, eventName: string): ReadonlySet<string> {
  const records = recordsIn<Record<string, string>>(dataDirectory);
  const ofOperation = records.filter((record) => record["eventName"] === eventName);
  return new Set(ofOperation.map((record) => record["requestID"] ?? ""));
}

/** Sends the header of a signed request, and asks whether to go on. */
async function beginRequest(
  server: KeyhavenProcess,
  operation: string,
  body: Buffer,
): Promise<ClientRequest> {
  const { credentials, port } = server;
  const headers = {
    host: `127.0.0.1:${port}`,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `TrentService.${operation}`,
  };
  const request = { method: "POST", path: "/", query: {}, headers, body };
  const signing = { credentials, region: credentials.region, service: "kms" };
  const { rawHeaders } = await signAsClient(request, { ...signing, signedAtMs: Date.now() });
  const more = ["content-length", String(body.length), "expect", "100-continue"];
  const sent = httpRequest({ port, method: "POST", headers: [...rawHeaders, ...more] });
  sent.flushHeaders();
  return sent;
}

async function connects(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  return await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  }).finally(() => socket.destroy());
}

describe("SIGTERM", () => {
  test("under load leaves no accepted request without its answer, and nothing is lost", async () => {
    const dataDirectory = newDirectory();
    const server = await start({ dataDirectory });
    const client = server.client({ maxAttempts: 1 });
    /** Key ids by the request ids of the calls that made them. */
    const made = new Map<string, string>();
    const failures: unknown[] = [];
    const work = async () => {
      while (failures.length === 0) {
        try {
          const { $metadata, KeyMetadata } = await client.send(new sdk.CreateKeyCommand({}));
          made.set($metadata.requestId ?? "", KeyMetadata?.KeyId ?? "");
        } catch (error) {
          failures.push(error);
        }
      }
    };
    const workers = Array.from({ length: 16 }, work);
    await vi.waitFor(() => expect(made.size).toBeGreaterThan(40), patience);
    expect(await server.stop()).toBe(0);
    await Promise.all(workers);
    client.destroy();

    // Whoever was not answered had no connection, or one that nothing was taken from.
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: expect.stringMatching(/^ECONN(?:REFUSED|RESET)$/) });
    }
    expect(recorded(dataDirectory, "CreateKey")).toEqual(new Set(made.keys()));

    const again = (await start({ dataDirectory })).client();
    const kept = new Set<string | undefined>();
    for await (const page of sdk.paginateListKeys({ client: again }, {})) {
      for (const { KeyId } of page.Keys ?? []) kept.add(KeyId);
    }
    expect(kept).toEqual(new Set(made.values()));
    again.destroy();
  });

  test("waits for a request whose body is still coming, but takes no new connection", async () => {
    const server = await start({ dataDirectory: newDirectory() });
    const body = Buffer.from('{"NumberOfBytes":32}');
    const request = await beginRequest(server, "GenerateRandom", body);
    await once(request, "continue");
    request.write(body.subarray(0, 10));
    server.child.kill("SIGTERM");
    await vi.waitFor(async () => {
      await expect(connects(server.port)).resolves.toBe(false);
    }, patience);
    expect(server.child.exitCode).toBeNull();
    request.end(body.subarray(10));
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect([response.statusCode, response.headers["connection"]]).toEqual([200, "close"]);
    expect(JSON.parse(await text(response))).toEqual({ Plaintext: expect.any(String) });
    expect(await exitCodeOf(server.child)).toBe(0);
  });
});

describe("keyhaven dev", () => {
  test("lets everybody in as test, and as any account by its number", async () => {
    const dataDirectory = newDirectory();
    const server = await start({ dataDirectory, command: "dev" });
    const as = (accessKeyId: string, secretAccessKey = "test") =>
      server.client({ credentials: { accessKeyId, secretAccessKey } });
    const ownArn = (await newKey(as("test"))).Arn;
    expect(ownArn).toMatch(/^arn:aws:kms:us-east-1:111122223333:key\//);
    const { Arn } = await newKey(as("444455556666"));
    expect(Arn).toMatch(/^arn:aws:kms:us-east-1:444455556666:key\//);
    const byNumber = { other: "444455556666", own: "111122223333" };
    expect((await list(as(byNumber.other))).Keys?.map((key) => key.KeyArn)).toEqual([Arn]);
    expect((await list(as(byNumber.own))).Keys?.map((key) => key.KeyArn)).toEqual([ownArn]);
    await expect(list(as("test", "other"))).rejects.toMatchObject({
      name: "InvalidSignatureException",
    });
    await expect(list(as("4444"))).rejects.toMatchObject(unknownToken);
    expect(await server.stop()).toBe(0);

    const served = await command("serve", "--port", "0", "--data-dir", dataDirectory);
    const file = path.join(dataDirectory, "keyhaven.db");
    expect(served).toEqual(failing(`${file} was made by keyhaven dev, not by keyhaven serve`));
  });

  test("refuses the data of a real server, which is none the worse for it", async () => {
    const dataDirectory = newDirectory();
    const server = await start({ dataDirectory });
    const client = server.client();
    const blob = await encrypt(client, (await newKey(client)).KeyId);
    expect(await server.stop()).toBe(0);
    const dev = await command("dev", "--port", "0", "--data-dir", dataDirectory);
    const file = path.join(dataDirectory, "keyhaven.db");
    expect(dev).toEqual(failing(`${file} was made by keyhaven serve, not by keyhaven dev`));
    const again = await start({ dataDirectory, port: server.port });
    expect(await decrypt(again.client(), blob)).toEqual(secret);
  });
});

describe("A start that cannot succeed ends with 1 and one line", () => {
  let taken: Server;
  let takenPort: number;

  beforeAll(async () => {
    taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    takenPort = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterAll(() => taken?.close());

  test("for a port that is taken", async () => {
    const args = ["--port", String(takenPort), "--data-dir", newDirectory()];
    expect(await command("serve", ...args)).toEqual(
      failing(
        `cannot listen on 127.0.0.1 port ${takenPort} (EADDRINUSE): choose another address or port`,
      ),
    );
  });

  test("for a TLS file that is missing", async () => {
    const [cert, key] = [path.join(scratch, "missing.pem"), path.join(scratch, "missing.key")];
    const tls = ["--tls-cert", cert, "--tls-key", key];
    const args = ["--port", "0", "--data-dir", newDirectory(), ...tls];
    expect(await command("serve", ...args)).toEqual(
      failing(`cannot read ${key}: check that it exists and who may read it`),
    );
  });

  test("for a host beyond the loopback interface without TLS", async () => {
    const args = ["--host", "0.0.0.0", "--port", "0", "--data-dir", newDirectory()];
    expect(await command("serve", ...args)).toEqual(
      failing(
        "will not listen on 0.0.0.0 without TLS: " +
          "name a certificate and its private key, or listen on 127.0.0.1",
      ),
    );
  });

  test("for a data directory where a file is in the way", async () => {
    const file = path.join(scratch, "file");
    writeFileSync(file, "");
    const directory = path.join(file, "data");
    const refused = await command("serve", "--port", "0", "--data-dir", directory);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^keyhaven: Cannot use [^\n]*ENOTDIR[^\n]*\n$/);
    expect(refused.stderr).toContain(directory);
  });

  test.skipIf(process.getuid?.() === 0)("for a data directory it may not make", async () => {
    const closed = path.join(scratch, "closed");
    mkdirSync(closed, { mode: 0o500 });
    const directory = path.join(closed, "data");
    const refused = await command("serve", "--port", "0", "--data-dir", directory);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^keyhaven: Cannot use [^\n]*EACCES[^\n]*\n$/);
  });

  test("for the vault of another installation", async () => {
    const [own, other] = [newDirectory(), newDirectory()];
    for (const dataDirectory of [own, other]) {
      expect(await (await start({ dataDirectory })).stop()).toBe(0);
    }
    const vault = path.join(own, "vault");
    rmSync(vault, { recursive: true });
    renameSync(path.join(other, "vault"), vault);
    const { code, stdout, stderr } = await command("serve", "--port", "0", "--data-dir", own);
    expect([code, stdout]).toEqual([1, ""]);
    // The server's log, in JSON, is not for reading.
    const lines = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
    expect(lines).toEqual([
      "keyhaven: The vault's root key does not open the keys in this data directory: " +
        "the vault folder and keyhaven.db do not belong together.",
    ]);
  });

  test("for a command to a server that does not run", async () => {
    const directory = newDirectory();
    expect(await command("account", "list", "--data-dir", directory)).toEqual(
      failing(
        `No Keyhaven server runs on ${directory}. Start it first, or name another ` +
          "data directory with --data-dir.",
      ),
    );
  });
});

describe("Wrong usage ends with 2 and a line that says what is wrong", () => {
  test.each([
    ["an unknown option", ["serve", "--nope"], "error: unknown option '--nope'"],
    ["an unknown command", ["nope"], "error: unknown command 'nope'"],
    [
      "a port that is none",
      ["serve", "--port", "x"],
      'keyhaven: --port must be a port number from 0 to 65535, not "x".',
    ],
    [
      "a certificate without a key",
      ["serve", "--tls-cert", "cert.pem"],
      "keyhaven: tls-cert and tls-key are needed together: only one is given.",
    ],
    [
      "an account without a name",
      ["account", "create", "--json"],
      "error: required option '--name <name>' not specified",
    ],
    [
      "dev beyond the loopback interface",
      ["dev", "--host", "0.0.0.0"],
      "keyhaven: keyhaven dev listens on this machine only, not on 0.0.0.0: its credentials are " +
        "known to everybody. Use keyhaven serve.",
    ],
  ])("for %s", async (_what, line, complaint) => {
    const { code, stdout, stderr } = await command(...line);
    expect({ code, stdout, complaint: stderr.split("\n")[0] }).toEqual({
      code: 2,
      stdout: "",
      complaint,
    });
  });
});

describe("With TLS", () => {
  const distrust = {
    code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY|CERT_SIGNATURE/) as string,
  };
  const certPath = path.join(scratch, "server.pem");
  const keyPath = path.join(scratch, "server.key");
  let first: Pair;
  let second: Pair;
  let server: KeyhavenProcess;

  beforeAll(async () => {
    [first, second] = [newPair(0), newPair(1)];
    install(first);
    const tls = ["--tls-cert", certPath, "--tls-key", keyPath];
    server = await start({ dataDirectory: newDirectory(), arguments: tls });
  });

  test("the server is there for whoever trusts its certificate, and by https only", async () => {
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const client = trusting(first);
    const blob = await encrypt(client, (await newKey(client)).KeyId);
    expect(await decrypt(client, blob)).toEqual(secret);
    await expect(list(trusting(second))).rejects.toMatchObject(distrust);
    await expect(fetch(server.url.replace("https", "http"))).rejects.toThrow("fetch failed");
  });

  test("TLS older than 1.2 is refused", async () => {
    const options = { minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
    await expect(servedCertificate(options)).rejects.toThrow(/alert|unsupported|protocol/i);
  });

  test("SIGHUP serves the new certificate, and not one that is no good", async () => {
    const before = trusting(first);
    await list(before);
    install({ ...second, key: first.key });
    server.child.kill("SIGHUP");
    await vi.waitFor(
      () => expect(server.output()).toContain("are not a PEM certificate"),
      patience,
    );
    expect(await servedCertificate()).toBe(bareOf(first));

    install(second);
    server.child.kill("SIGHUP");
    await vi.waitFor(async () => {
      expect(await servedCertificate()).toBe(bareOf(second));
    }, patience);
    await list(trusting(second));
    await expect(list(trusting(first))).rejects.toMatchObject(distrust);
    expect(server.child.exitCode).toBeNull();
  });

  interface Pair {
    readonly cert: string;
    readonly key: string;
  }

  function install({ cert, key }: Pair): void {
    writeFileSync(certPath, cert);
    writeFileSync(keyPath, key, { mode: 0o600 });
  }

  function trusting({ cert }: Pair): sdk.KMSClient {
    const httpsAgent = new Agent({ ca: cert });
    return server.client({ requestHandler: { httpsAgent }, maxAttempts: 1 });
  }

  /** The certificate that a new connection is shown, in base64. */
  async function servedCertificate(
    versions: { readonly minVersion?: "TLSv1"; readonly maxVersion?: "TLSv1.1" } = {},
  ): Promise<string> {
    const options = { port: server.port, host: "127.0.0.1", rejectUnauthorized: false };
    const socket = connectTls({ ...options, ...versions });
    try {
      await once(socket, "secureConnect");
      return socket.getPeerCertificate().raw.toString("base64");
    } finally {
      socket.destroy();
    }
  }
});

/** The base64 of a PEM certificate, on one line. */
function bareOf({ cert }: { readonly cert: string }): string {
  return cert.replaceAll(/-----[A-Z ]+-----|\s/g, "");
}

/** A self-signed certificate of today where there is openssl, otherwise one made earlier. */
function newPair(number: 0 | 1): { readonly cert: string; readonly key: string } {
  const [cert, key] = ["pem", "key"].map((kind) => path.join(scratch, `pair-${number}.${kind}`));
  if (cert === undefined || key === undefined) throw new Error("no name");
  const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const names = ["-subj", `/CN=pair-${number}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", key, "-out", cert];
  try {
    execFileSync("openssl", ["req", "-x509", "-days", "2", ...algorithm, ...names, ...files], {
      stdio: "ignore",
    });
  } catch {
    return certificates[number];
  }
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}
