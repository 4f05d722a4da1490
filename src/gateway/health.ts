import type { WireRequest, WireResponse } from "./wire.ts";

/** The only path that answers without a signature. It tells that the door is open, no more. */
const healthPath = "/health";

const healthy: WireResponse = {
  status: 200,
  body: '{"status":"ok"}',
  contentType: "application/json",
};

/** Nothing for every other request. */
export function answerHealth(request: WireRequest): WireResponse | undefined {
  if (request.target !== healthPath) return undefined;
  return request.method === "GET" || request.method === "HEAD" ? healthy : undefined;
}
