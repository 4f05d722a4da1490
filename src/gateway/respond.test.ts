import { once } from "node:events";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { openConnection } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { respond } from "./respond.ts";

const noBudget = { take: () => false, release: () => undefined };

const secretAnswer = () => ({ status: 200, body: Buffer.from("secret"), contentType: "x/y" });

/** The server's side of so many requests that were sent on one connection. */
async function openExchange(requests: number) {
  const responses: ServerResponse[] = [];
  const arrived = Promise.withResolvers<Connection>();
  let connection: Connection | undefined;
  const server = createServer((request, response) => {
    connection ??= openConnection(request.socket, () => noBudget);
    if (responses.push(response) === requests) arrived.resolve(connection);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(requests));
  const sending = { requestId: "id", connection: await arrived.promise };
  return { responses, client, sending, server };
}

const isWiped = (bytes: Buffer) => bytes.every((byte) => byte === 0);

test("a secret answer is wiped when it has left, not before", async () => {
  const { responses, client, sending, server } = await openExchange(1);
  const answer = secretAnswer();
  respond(responses[0] as ServerResponse, answer, sending);
  const [received] = (await once(client, "data")) as [Buffer];
  expect(received.toString()).toMatch(/\r\n\r\nsecret$/);
  await expect.poll(() => isWiped(answer.body)).toBe(true);
  expect(sending.connection.unsent.size).toBe(0);
  client.destroy();
  server.close();
});

test("a secret answer that waits for another is wiped when the connection is gone", async () => {
  const { responses, client, sending, server } = await openExchange(2);
  const answer = secretAnswer();
  respond(responses[1] as ServerResponse, answer, sending);
  expect(isWiped(answer.body)).toBe(false);
  client.destroy();
  await expect.poll(() => isWiped(answer.body)).toBe(true);
  server.close();
});

test("a secret answer is wiped at once when nobody is there to hear it", async () => {
  const { responses, client, sending, server } = await openExchange(1);
  client.destroy();
  await once(sending.connection.socket, "close");
  const answer = secretAnswer();
  respond(responses[0] as ServerResponse, answer, sending);
  expect(isWiped(answer.body)).toBe(true);
  server.close();
});
