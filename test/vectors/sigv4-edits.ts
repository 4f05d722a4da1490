/** Changes to a signed request, for tests of what such a change leads to. */
import type { SignedRequest } from "../../src/identity/signed-request.ts";

/** The value of a header, empty when there is none. */
export function headerOf(request: SignedRequest, name: string): string {
  const at = request.rawHeaders.findIndex((header) => header.toLowerCase() === name.toLowerCase());
  return at === -1 ? "" : (request.rawHeaders[at + 1] ?? "");
}

/** The request without a header. */
export function withoutHeader(request: SignedRequest, name: string): SignedRequest {
  const rawHeaders = request.rawHeaders.filter(
    (_, at) => request.rawHeaders[at - (at % 2)]?.toLowerCase() !== name.toLowerCase(),
  );
  return { ...request, rawHeaders };
}

/** The request with a header set, in place of one of the same name. */
export function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  const rest = withoutHeader(request, name);
  return { ...rest, rawHeaders: [...rest.rawHeaders, name, value] };
}

/** The request with its Authorization header rewritten. */
export function withAuthorization(
  request: SignedRequest,
  change: (header: string) => string,
): SignedRequest {
  return withHeader(request, "authorization", change(headerOf(request, "authorization")));
}

/** The request with a query parameter set or, without a value, taken away. */
export function withParameter(
  request: SignedRequest,
  name: string,
  value: string | undefined,
): SignedRequest {
  const [path = "", query = ""] = request.target.split("?");
  const pairs = query.split("&").filter((pair) => !pair.startsWith(`${name}=`));
  if (value !== undefined) pairs.push(`${name}=${value}`);
  return { ...request, target: `${path}?${pairs.join("&")}` };
}
