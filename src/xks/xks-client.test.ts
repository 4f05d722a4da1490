import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { certificates } from "../../test/fuzz/test-certificates.ts";
import { signingKey } from "../../test/signing-key.ts";
import { credential, startXksProxy, uriPath, type XksProxyForTests } from "../../test/xks-proxy.ts";
import type { XksProxy } from "../service/external-keys.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import { openXks, type XksSettings } from "./open-xks.ts";
import type { XksClient } from "./xks-client.ts";

const cause = { kmsOperation: "ConnectCustomKeyStore", kmsRequestId: "a-request" };

/** As the vault does it, for one secret. */
const secretAccessKeys: Pick<SecretAccessKeys, "deriveSigningKey"> = {
  deriveSigningKey: ({ date, region, service }) =>
    Promise.resolve(signingKey(credential.RawSecretAccessKey, [date, region, service])),
};

let proxy: XksProxyForTests;
beforeAll(async () => {
  proxy = await startXksProxy();
});
afterEach(() => proxy.interfere(undefined));
afterAll(async () => await proxy.stop());

async function client(changes: XksSettings = {}): Promise<XksClient> {
  const opened = await openXks(
    { ...proxy.config, ...changes },
    { secretAccessKeys: secretAccessKeys as SecretAccessKeys, clock: Date.now },
  );
  onTestFinished(() => opened.close());
  return opened;
}

function proxyAt(uriEndpoint: string): XksProxy {
  return {
    accountId: "111122223333",
    region: "eu-west-1",
    customKeyStoreId: "cks-1234567890abcdef0",
    uriEndpoint,
    uriPath,
    accessKeyId: credential.AccessKeyId,
    wrappedSecret: Buffer.from("wrapped"),
  };
}
const there = proxyAt("https://localhost");

describe("connections to a proxy", () => {
  test("are used again", async () => {
    const xks = await client();
    const before = proxy.connections;
    for (let count = 0; count < 3; count += 1) {
      expect(await xks.checkHealth(there, cause)).toEqual({ healthy: true });
    }
    expect(proxy.connections - before).toBe(1);
  });

  test("that the proxy has closed are made anew, and nobody notices", async () => {
    const xks = await client();
    for (let count = 0; count < 5; count += 1) {
      expect(await xks.checkHealth(there, cause)).toEqual({ healthy: true });
      proxy.dropConnections();
    }
  });

  test("are 64 at most, and everybody is answered", async () => {
    const xks = await client();
    const before = proxy.connections;
    const all = Array.from({ length: 200 }, async () => await xks.checkHealth(there, cause));
    expect(new Set((await Promise.all(all)).map((end) => JSON.stringify(end)))).toEqual(
      new Set(['{"healthy":true}']),
    );
    expect(proxy.connections - before).toBeLessThanOrEqual(64);
  });

  test("are not waited for by more than can be served", async () => {
    const xks = await client({ timeoutMs: 2_000 });
    let ended = 0;
    // Five accounts, for none has more than 256 of the 1,024 places at one host.
    const ask = async (n: number) => {
      const answer = await xks.checkHealth({ ...there, accountId: `11112222333${n % 5}` }, cause);
      ended += 1;
      return answer;
    };
    // With their signing keys at hand they come in the order in which they ask.
    for (let n = 0; n < 5; n += 1) await ask(n);
    proxy.interfere({ delayMs: 10_000 });
    const all = Array.from({ length: 1_024 }, async (_, n) => await ask(n));
    expect(await ask(1_024)).toEqual({ failed: "timed-out" });
    expect(ended).toBe(6);
    expect(await Promise.all(all)).toContainEqual({ failed: "timed-out" });
  });
});

describe("a proxy fails", () => {
  test("timed-out when it does not answer in time", async () => {
    const xks = await client({ timeoutMs: 100 });
    proxy.interfere({ delayMs: 400 });
    const begunAt = performance.now();
    expect(await xks.checkHealth(there, cause)).toEqual({ failed: "timed-out" });
    expect(performance.now() - begunAt).toBeGreaterThan(90);
  });

  test("timed-out when its answer does not come to an end", async () => {
    const xks = await client({ timeoutMs: 500 });
    proxy.interfere({ headers: { "content-length": "1000" }, body: "{" });
    expect(await xks.checkHealth(there, cause)).toEqual({ failed: "timed-out" });
  });

  test("unreachable when it closes the connection in the middle of its answer", async () => {
    const xks = await client();
    proxy.interfere({ delayMs: 50, hangUp: true });
    expect(await xks.checkHealth(there, cause)).toEqual({ failed: "unreachable" });
  });

  test("uninterpretable when its answer is longer than any answer", async () => {
    const xks = await client();
    proxy.interfere({ body: Buffer.alloc(40_000, 0x20) });
    expect(await xks.checkHealth(there, cause)).toEqual({ failed: "uninterpretable" });
  });

  test("uninterpretable when its headers are longer than any headers", async () => {
    const xks = await client();
    proxy.interfere({ headers: { "x-long": "x".repeat(20_000) } });
    expect(await xks.checkHealth(there, cause)).toEqual({ failed: "uninterpretable" });
  });

  test("uninterpretable when it sends us elsewhere: nobody goes there", async () => {
    const xks = await client();
    const before = proxy.requests.length;
    proxy.interfere({ status: 307, headers: { location: `https://localhost${uriPath}/health` } });
    expect(await xks.checkHealth(there, cause)).toEqual({ failed: "uninterpretable" });
    expect(proxy.requests).toHaveLength(before + 1);
  });

  test("tls when its certificate is for another name", async () => {
    const xks = await client({ hosts: [`proxy.example=127.0.0.1:${proxy.port}`] });
    const answer = await xks.checkHealth(proxyAt("https://proxy.example"), cause);
    expect(answer).toEqual({ failed: "tls" });
  });

  test("tls when nobody vouches for its certificate", async () => {
    const { hosts } = proxy.config;
    const xks = await openXks(
      { hosts, timeoutMs: 5_000 },
      { secretAccessKeys: secretAccessKeys as SecretAccessKeys, clock: Date.now },
    );
    onTestFinished(() => xks.close());
    expect(await xks.checkHealth(there, cause)).toEqual({ failed: "tls" });
  });

  test("tls when what answers speaks no TLS", async () => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.end("HTTP/1.1 200 OK\r\n\r\n");
    });
    expect(await healthAt(server)).toEqual({ failed: "tls" });
  });

  test("tls when what answers speaks an old TLS", async () => {
    const [pair] = certificates;
    const server = createTlsServer({ ...pair, maxVersion: "TLSv1.1", minVersion: "TLSv1" });
    expect(await healthAt(server)).toEqual({ failed: "tls" });
  });

  test("uninterpretable when what answers speaks no HTTP", async () => {
    const [pair] = certificates;
    const server = createTlsServer(pair, (socket) => {
      socket.on("error", () => undefined);
      socket.end("220 mail.example ESMTP\r\n");
    });
    expect(await healthAt(server)).toEqual({ failed: "uninterpretable" });
  });

  test("unreachable when nothing listens", async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const xks = await client({ hosts: [`localhost=127.0.0.1:${port}`] });
    expect(await xks.checkHealth(there, cause)).toEqual({ failed: "unreachable" });
  });

  test("unreachable when it is on this machine and no operator has named it", async () => {
    const xks = await client({ hosts: [] });
    for (const endpoint of ["https://localhost", "https://127.0.0.1", "https://127.1"]) {
      expect(await xks.checkHealth(proxyAt(endpoint), cause)).toEqual({ failed: "unreachable" });
    }
  });
});

/** What a proxy's health is that is not one, but this server. */
async function healthAt(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const xks = await client({ hosts: [`localhost=127.0.0.1:${port}`] });
  return await xks.checkHealth(there, cause);
}

describe("an operator is told", () => {
  test("of a host that cannot be one", async () => {
    await expect(client({ hosts: ["https://proxy.example"] })).rejects.toThrow(
      "xks-hosts: https://proxy.example is not host, host=address or host=address:port",
    );
  });

  test.each([
    ["is missing", undefined, "cannot read the certificates in"],
    ["holds none", "nothing", "there is no certificate in"],
    [
      "holds a broken one",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      "cannot read the certificates in",
    ],
  ])("of a file of certificates that %s", async (_what, content, words) => {
    const directory = mkdtempSync(path.join(tmpdir(), "keyhaven-xks-ca-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const caPath = path.join(directory, "ca.pem");
    if (content !== undefined) writeFileSync(caPath, content);
    await expect(client({ caPath })).rejects.toThrow(words);
  });
});
