/**
 * The global condition keys of a request (IAM User Guide, "AWS global condition context
 * keys"): what is true of it whichever service it goes to. Every value is derived by the
 * server.
 */
import type { Caller, RequestFacts } from "./caller.ts";

interface Subject {
  readonly caller: Caller;
  readonly facts: RequestFacts;
  readonly nowMs: number;
}

type Derivation = (subject: Subject) => string | undefined;

/** By condition key in lower case. */
const derivations: ReadonlyMap<string, Derivation> = new Map(
  Object.entries<Derivation>({
    "aws:currenttime": ({ nowMs }) => new Date(nowMs).toISOString(),
    "aws:epochtime": ({ nowMs }) => Math.floor(nowMs / 1000).toString(),
    "aws:principalaccount": ({ caller }) => caller.accountId,
    "aws:principalarn": ({ caller }) => caller.session?.role.arn ?? caller.arn,
    "aws:principaltype": ({ caller }) => principalTypes[caller.type],
    "aws:principalisawsservice": () => "false",
    "aws:userid": ({ caller }) => caller.principalId,
    "aws:username": ({ caller }) => caller.userName,
    "aws:viaawsservice": () => "false",
    "aws:requestedregion": ({ facts }) => facts.region,
    "aws:securetransport": ({ facts }) => String(facts.tls !== undefined),
    "aws:sourceip": ({ facts }) => facts.sourceIp,
    "aws:useragent": ({ facts }) => facts.userAgent,
    "aws:tokenissuetime": ({ caller: { session } }) =>
      session && new Date(session.issuedAtMs).toISOString(),
    // With long-term credentials AWS does not say, not even "false".
    "aws:multifactorauthpresent": ({ caller: { session } }) => session && "false",
    "aws:sourceidentity": ({ caller }) => caller.session?.sourceIdentity,
    "sts:rolesessionname": ({ caller }) => caller.session?.name,
  }),
);

const principalTypes: Readonly<Record<Caller["type"], string>> = {
  Root: "Account",
  IAMUser: "User",
  AssumedRole: "AssumedRole",
  Operator: "Account",
};

const principalTagPrefix = "aws:principaltag/";

/** The value of a global condition key, in lower case; nothing for every other key. */
export function callerCondition(key: string, subject: Subject): string | undefined {
  const derive = derivations.get(key);
  if (derive !== undefined || !key.startsWith(principalTagPrefix)) return derive?.(subject);
  return subject.caller.session?.principalTags.get(key.slice(principalTagPrefix.length));
}
