/**
 * The baseline: the least that a node:http server can do. It reads the body and answers
 * POST /N with N bytes, so that it moves as many bytes as the call it is compared with.
 */
import { createServer } from "node:http";

const longestAnswerBytes = 1024 * 1024;
const answers = new Map();

const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    Buffer.concat(chunks);
    const body = answerTo(request.url);
    response.writeHead(200, {
      "Content-Type": "application/x-amz-json-1.1",
      "Content-Length": body.length,
    });
    // A string leaves in one write with the header: the fastest that node:http can do.
    response.end(body, "latin1");
  });
});

function answerTo(url) {
  const known = answers.get(url);
  if (known !== undefined) return known;
  const body = "x".repeat(Math.min(Number(url.slice(1)) || 0, longestAnswerBytes));
  if (answers.size < 64) answers.set(url, body);
  return body;
}

server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit(0));
