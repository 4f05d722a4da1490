import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBench, signedRequest } from "../../test/fuzz/gateway-bench.ts";
import { certificates } from "../../test/fuzz/test-certificates.ts";
import { ListenRefused } from "./listen-refused.ts";

const [first, second] = certificates;
let directory: string;
let tls: { certPath: string; keyPath: string };

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "keyhaven-tls-"));
  tls = { certPath: path.join(directory, "cert.pem"), keyPath: path.join(directory, "key.pem") };
  await write(first);
});
afterEach(async () => await rm(directory, { recursive: true }));

async function write({ cert, key }: { cert: string; key: string }): Promise<void> {
  await writeFile(tls.certPath, cert);
  await writeFile(tls.keyPath, key);
}

const open = async () => await openBench({ host: "0.0.0.0", tls });

async function connectTo(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  await new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
  return socket;
}

async function certificateOf(port: number): Promise<string> {
  const socket = await connectTo(port);
  const name = String(socket.getPeerCertificate().subject.CN);
  socket.destroy();
  return name;
}

async function ask(socket: TLSSocket, text: string): Promise<string> {
  socket.write(text, "latin1");
  const reply = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
  socket.destroy();
  return reply.toString();
}

describe("with TLS", () => {
  test("it listens beyond this machine and says how the connection is protected", async () => {
    const bench = await open();
    expect(bench.url).toBe(`https://0.0.0.0:${bench.port}`);
    const socket = await connectTo(bench.port);
    expect(await ask(socket, signedRequest({ host: bench.host }))).toMatch(/^HTTP\/1\.1 200/);
    expect(bench.service.calls[0]?.by.facts).toMatchObject({
      sourceIp: "127.0.0.1",
      tls: { tlsVersion: "TLSv1.3", cipherSuite: expect.stringMatching(/^TLS_/) as string },
    });
    await bench.close();
  });

  test("it speaks TLS 1.2 and refuses what is older", async () => {
    const bench = await open();
    const older = { maxVersion: "TLSv1.1", minVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" };
    const socket = await connectTo(bench.port, { maxVersion: "TLSv1.2" });
    expect(socket.getProtocol()).toBe("TLSv1.2");
    socket.destroy();
    await expect(connectTo(bench.port, older as ConnectionOptions)).rejects.toThrow(
      /alert protocol version/,
    );
    await bench.close();
  });

  test("it offers http/1.1 and nothing else", async () => {
    const bench = await open();
    const both = await connectTo(bench.port, { ALPNProtocols: ["h2", "http/1.1"] });
    expect(both.alpnProtocol).toBe("http/1.1");
    both.destroy();
    await expect(connectTo(bench.port, { ALPNProtocols: ["h2"] })).rejects.toThrow(/alert/);
    await bench.close();
  });

  test("it refuses a second handshake inside the first", async () => {
    const bench = await open();
    const socket = await connectTo(bench.port, { maxVersion: "TLSv1.2" });
    const outcome = await new Promise<unknown>((resolve) => {
      socket.once("error", resolve);
      socket.renegotiate({ rejectUnauthorized: false }, resolve);
    });
    expect(outcome).toBeInstanceOf(Error);
    socket.destroy();
    await bench.close();
  });

  test("it takes new files on reload and keeps the old ones when the new are no good", async () => {
    const bench = await open();
    expect(await certificateOf(bench.port)).toBe("keyhaven-test-1");
    await write(second);
    await bench.reload();
    expect(await certificateOf(bench.port)).toBe("keyhaven-test-2");

    await write({ cert: first.cert, key: second.key });
    await expect(bench.reload()).rejects.toThrow(ListenRefused);
    await write({ cert: "nothing", key: "nothing" });
    await expect(bench.reload()).rejects.toThrow(/check the files/);
    await rm(tls.keyPath);
    await expect(bench.reload()).rejects.toThrow(/cannot read .*key\.pem/);
    expect(await certificateOf(bench.port)).toBe("keyhaven-test-2");
    await bench.close();
  });
});

describe("listening is refused", () => {
  test("with a private key that belongs to another certificate", async () => {
    await write({ cert: first.cert, key: second.key });
    await expect(open()).rejects.toThrow(ListenRefused);
  });

  test("with files that are not there", async () => {
    await rm(tls.certPath);
    await expect(open()).rejects.toThrow(ListenRefused);
  });
});
