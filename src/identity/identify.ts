/**
 * Who is calling: from a request's signature to the caller it proves. Whatever can be
 * checked without a key is checked before the access keys are asked.
 */
import { randomBytes } from "node:crypto";
import { andThen, type Eventually } from "../lib/eventually.ts";
import type { AccessKeys, SigningCredential } from "../service/access-keys.ts";
import type { Caller } from "../service/caller.ts";
import { SigningKey } from "../service/signing-key.ts";
import { canonicalQuery, parseQuery } from "./canonical-query.ts";
import type { Claim } from "./claim.ts";
import { requireCurrent } from "./clock-window.ts";
import { claimOfHeader } from "./header-claim.ts";
import { readHeaderFields } from "./header-fields.ts";
import type { HeaderFields } from "./header-fields.ts";
import { readPresignedQuery } from "./presigned-query.ts";
import { claimOfQuery } from "./query-claim.ts";
import {
  expiredToken,
  incompleteSignature,
  invalidSignature,
  unrecognizedClient,
} from "./refusals.ts";
import { requireScope } from "./scope.ts";
import { splitTarget } from "./signed-request.ts";
import type { ExpectedScope, SignedRequest } from "./signed-request.ts";
import { findDoubt } from "./verify-signature.ts";

export interface Identified {
  readonly caller: Caller;
  /** The Region the request is signed for, one of the expected ones. */
  readonly region: string;
}

/** The longest access key id IAM knows. */
const accessKeyIdLengthMax = 128;

/** Verifies for callers nobody knows, so that an unknown access key costs what a known one does. */
const nobodysSigningKey = new SigningKey(randomBytes(32));

/**
 * Verifies a request's Signature Version 4, in its headers or its query, as AWS's "Signature
 * Version 4 signing process" has it for every service but S3: the body is always signed.
 * Gives the caller, or throws or rejects with a ServiceError of status 400:
 * MissingAuthenticationToken-, IncompleteSignature-, UnrecognizedClient- or
 * InvalidSignatureException, and ExpiredTokenException for a session that is over.
 */
export function identify(
  request: SignedRequest,
  expected: ExpectedScope,
  accessKeys: AccessKeys,
): Eventually<Identified> {
  const fields = readHeaderFields(request.rawHeaders);
  const claim = readClaim(request, fields);
  requireCurrent(claim.time, expected);
  requireScope(claim, expected);

  const { accessKeyId, date, region, service } = claim.credential;
  const { sessionToken } = claim;
  const askable = accessKeyId.length <= accessKeyIdLengthMax;
  const found = askable
    ? accessKeys.findSigningCredential({ accessKeyId, date, region, service, sessionToken })
    : undefined;
  return andThen(found, (known) => {
    const doubt = findDoubt(request, fields, claim, known?.signingKey ?? nobodysSigningKey);
    // An access key that lasts has no token, whatever those who keep it make of one.
    const isOfSession = known?.expiresAtMs !== undefined;
    if (known === undefined || isOfSession !== (sessionToken !== undefined)) {
      throw unrecognizedClient();
    }
    if (isOver(known, expected)) throw expiredToken();
    if (doubt !== undefined) throw invalidSignature(doubt);
    return { caller: known.caller, region };
  });
}

function isOver({ expiresAtMs }: SigningCredential, { nowMs }: ExpectedScope): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= nowMs;
}

function readClaim(request: SignedRequest, fields: HeaderFields): Claim {
  const { query } = splitTarget(request.target);
  if (query === undefined) return claimOfHeader(fields, "");
  const parameters = parseQuery(query);
  const presigned = readPresignedQuery(parameters);
  if (presigned === undefined) return claimOfHeader(fields, canonicalQuery(parameters));
  if (fields.has("authorization")) throw twoSignatures();
  return claimOfQuery(fields, presigned);
}

function twoSignatures(): Error {
  return incompleteSignature(
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter " +
      "or the Authorization header should be specified",
  );
}
