/** What the listener itself refuses, in the words of AWS's page "Common Error Types". */
import { ServiceError } from "../service/service-error.ts";

export function malformedRequest(status = 400): ServiceError {
  return new ServiceError("MalformedHttpRequestException", status, undefined);
}

export function bodyTooLarge(): ServiceError {
  return new ServiceError("RequestEntityTooLargeException", 413, undefined);
}

export function requestTimeout(): ServiceError {
  return new ServiceError("RequestTimeoutException", 408, undefined);
}

export function tooManyRequests(): ServiceError {
  return new ServiceError("ThrottlingException", 400, "Rate exceeded");
}
