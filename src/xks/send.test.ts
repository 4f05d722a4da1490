import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Sender } from "./send.ts";

/** It takes connections and says nothing. */
let silent: Server;
let port = 0;
beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", () => resolve()));
  const address = silent.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => silent.close());

test("an account that has half of all connections gets no more, and others still do", async () => {
  const host = "silent.example";
  const sender = new Sender({
    hosts: [{ host, address: "127.0.0.1", port }],
    ca: undefined,
    timeoutMs: 2_000,
  });
  const send = async (owner: string) =>
    await sender.send({ owner, host, path: "/", headers: {}, body: "{}" });
  const hanging = Array.from({ length: 256 }, () => send("hog"));
  const answered: string[] = [];
  const ask = async (owner: string) => {
    expect(await send(owner)).toEqual({ failed: "timed-out" });
    answered.push(owner);
  };
  const asked = [ask("hog"), ask("other")];
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(answered).toEqual(["hog"]);
  sender.close();
  await Promise.all([...hanging, ...asked]);
});
