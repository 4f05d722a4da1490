/**
 * The way of every request, in order: where to, who, what, the answer, its bytes. Each
 * step takes what the step before it made; none calls back.
 */
import {
  contentType,
  decodeInput,
  decodeTarget,
  encodeAnswer,
  encodeError,
  isAwsJson,
  unknownOperation,
} from "../protocol/aws-json.ts";
import { ServiceError } from "../service/service-error.ts";
import type { JsonObject, Service } from "../service/service.ts";
import { wipe, wipeBlobs } from "../lib/wipe.ts";
import { answerQuery, findQueryService } from "./answer-query.ts";
import { logFailure } from "./failure.ts";
import { answerHealth } from "./health.ts";
import type { House } from "./house.ts";
import { factsOf } from "./request-facts.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** Where a request is to go. */
interface Route {
  readonly service: Service;
  readonly operation: string;
  readonly blobs: ReadonlySet<string>;
}

/**
 * Answers a request; never rejects. A refusal is answered with its code, anything else
 * that is thrown goes to the operators' log under the request id and is answered with an
 * internal error that says nothing.
 */
export function answerRequest(request: WireRequest, house: House): Promise<WireResponse> {
  const health = answerHealth(request);
  if (health !== undefined) return Promise.resolve(health);
  const queryService = findQueryService(request, house);
  if (queryService !== undefined) return answerQuery(request, queryService, house);
  return answerJson(request, house);
}

async function answerJson(request: WireRequest, house: House): Promise<WireResponse> {
  let route: Route | undefined;
  let input: JsonObject | Error | undefined;
  try {
    route = requireRoute(request, house);
    const identified = house.identify(request, route.service);
    const identity = identified instanceof Promise ? await identified : identified;
    const by = { caller: identity.caller, facts: factsOf(request, identity.region) };
    const { service, operation } = route;
    input = readInput(request.body, route.blobs);
    // A caller who is known leaves a trace even when their body cannot be read.
    if (input instanceof Error) throw await service.refuse(operation, input, by);
    const body = encodeAnswer(await service.answer({ operation, input }, by));
    return { status: 200, body, contentType };
  } catch (error) {
    // The request may have been refused before its body was read, and wiped for that.
    wipe(request.body);
    return answerRefusal(error, request, route, house);
  } finally {
    wipeInput(input, route);
  }
}

function answerRefusal(
  error: unknown,
  { requestId }: WireRequest,
  route: Route | undefined,
  { log }: House,
): WireResponse {
  const refusal = error instanceof ServiceError ? error : internalError(error, route);
  if (refusal.status >= 500) logFailure(refusal, { requestId, operation: route?.operation }, log);
  return { status: refusal.status, body: encodeError(refusal), contentType };
}

function requireRoute(request: WireRequest, house: House): Route {
  const header = request.headers["x-amz-target"];
  const target = header === undefined ? undefined : decodeTarget(header);
  const service = target && house.services.get(target.prefix);
  const blobs = target && service?.blobMembers(target.operation);
  if (
    target === undefined ||
    service === undefined ||
    blobs === undefined ||
    request.method !== "POST" ||
    !isServicePath(request.target) ||
    !isAwsJson(request.headers["content-type"])
  ) {
    throw unknownOperation();
  }
  return { service, operation: target.operation, blobs };
}

/** All services answer at the root; a query may carry the signature. */
function isServicePath(target: string): boolean {
  return target === "/" || target.startsWith("/?");
}

function wipeInput(input: JsonObject | Error | undefined, route: Route | undefined): void {
  if (input === undefined || input instanceof Error || route === undefined) return;
  for (const name of route.blobs) wipeBlobs(input[name]);
}

/** The input, or why it cannot be read. */
function readInput(body: Buffer, blobs: ReadonlySet<string>): JsonObject | Error {
  try {
    return decodeInput(body, blobs);
  } catch (error) {
    return error instanceof Error ? error : new Error("not readable");
  } finally {
    wipe(body);
  }
}

function internalError(error: unknown, route: Route | undefined): ServiceError {
  const code = route?.service.signingName === "kms" ? "KMSInternalException" : "InternalFailure";
  return new ServiceError(code, 500, undefined, { cause: error });
}
