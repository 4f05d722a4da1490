/**
 * The way of a request in AWS's Query protocol, in order: where to, who, what, the answer,
 * its bytes. Its operation stands in the body, so it is read only once the caller is known.
 */
import { scopeOf } from "../identity/scope-of.ts";
import { wipe } from "../lib/wipe.ts";
import {
  contentType,
  decodeCall,
  encodeAnswer,
  encodeError,
  isForm,
} from "../protocol/aws-query.ts";
import { ServiceError } from "../service/service-error.ts";
import type { QueryService } from "../service/service.ts";
import { logFailure } from "./failure.ts";
import { factsOf } from "./request-facts.ts";
import type { House } from "./house.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/**
 * The service that a form is meant for; nothing when the request is no form, or is signed
 * for a service that takes none. One that is not signed at all is refused by the first.
 */
export function findQueryService(request: WireRequest, house: House): QueryService | undefined {
  if (request.headers["x-amz-target"] !== undefined || !isQuery(request)) return undefined;
  const scope = scopeOf(request);
  return house.queryServices.find(
    ({ signingName }) => scope === undefined || scope.service === signingName,
  );
}

/** A form that is posted to the root, or one that stands in the URL. */
function isQuery({ method, target, headers }: WireRequest): boolean {
  if (method === "GET") return /^\/\?(?:[^#]*&)?Action=/.test(target);
  return (
    method === "POST" &&
    (target === "/" || target.startsWith("/?")) &&
    isForm(headers["content-type"])
  );
}

/** Answers a request; never rejects. What is thrown is treated as answerRequest treats it. */
export async function answerQuery(
  request: WireRequest,
  service: QueryService,
  house: House,
): Promise<WireResponse> {
  const { requestId } = request;
  let operation: string | undefined;
  try {
    const identity = await house.identify(request, service);
    const by = { caller: identity.caller, facts: factsOf(request, identity.region) };
    const call = decodeCall(request.method === "GET" ? request.target.slice(2) : request.body);
    ({ operation } = call);
    const output = await service.answer(call, by);
    return { status: 200, body: encodeAnswer(call, output, service, requestId), contentType };
  } catch (error) {
    const refusal =
      error instanceof ServiceError
        ? error
        : new ServiceError("InternalFailure", 500, undefined, { cause: error });
    if (refusal.status >= 500) logFailure(refusal, { requestId, operation }, house.log);
    return { ...encodeError(refusal, service, requestId), contentType };
  } finally {
    wipe(request.body);
  }
}
