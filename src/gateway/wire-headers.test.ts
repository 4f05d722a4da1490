import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { serverOptions } from "./serve.ts";
import { readWireHeaders } from "./wire-headers.ts";

/** What Node itself makes of the same bytes, with the options of our servers. */
async function headersOfNode(lines: readonly string[]): Promise<IncomingHttpHeaders> {
  const { joinDuplicateHeaders } = serverOptions;
  const server = createServer({ joinDuplicateHeaders: joinDuplicateHeaders === true });
  const seen = new Promise<IncomingHttpHeaders>((resolve) => {
    server.on("request", (request, response) => {
      resolve(request.headers);
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write(["POST / HTTP/1.1", ...lines, "", ""].join("\r\n"));
  const headers = await seen;
  socket.destroy();
  server.close();
  return headers;
}

test.each([
  [["Host: kms", "X-Amz-Target: TrentService.Encrypt", "Content-Type: application/json"]],
  [["HOST: kms", "x-AMZ-target: one", "X-Amz-Target: two", "user-agent: a", "User-Agent: b"]],
  [["host: one", "Host: two", "content-type: a", "Content-Type: b", "Content-Length: 0"]],
  [["Host: kms", "X-Amz-Targes: no", "Hosts: no", "User-Agent:", "X: y"]],
])("are what Node makes of them: %j", async (lines) => {
  const raw = lines.flatMap((line) => [
    line.slice(0, line.indexOf(":")),
    line.slice(line.indexOf(":") + 1).trim(),
  ]);
  const headers = await headersOfNode(lines);
  const ours = readWireHeaders(raw);
  for (const [name, value] of Object.entries(ours)) expect(value).toBe(headers[name]);
  expect(ours.host).toBeDefined();
});
