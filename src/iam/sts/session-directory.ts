/** Whom a session's access key speaks for, and what proves it. */
import { hash } from "node:crypto";
import { BoundedMap } from "../../lib/bounded-map.ts";
import { andThen, type Eventually } from "../../lib/eventually.ts";
import type { AccessKeys, SigningCredential, SigningScope } from "../../service/access-keys.ts";
import type { Caller } from "../../service/caller.ts";
import { Derived, derivedSigningKey } from "../../service/derived.ts";
import type { SecretAccessKeys } from "../../service/secret-access-keys.ts";
import type { SessionTokens } from "../../service/session-tokens.ts";
import type { RoleRecord } from "../../store/records.ts";
import type { AccountStore } from "../account-store.ts";
import { withEffectivePolicies } from "../effective-policies.ts";
import { roleResource, sessionArn } from "../role.ts";
import { iamArn } from "../user.ts";
import { decodeSession, type Session } from "./session.ts";

interface SessionParts {
  readonly store: Pick<AccountStore, "findRole" | "findGroup" | "findManagedPolicy">;
  readonly secretAccessKeys: SecretAccessKeys;
  readonly sessionTokens: SessionTokens;
  readonly partition: string;
}

/** Each may take ten kilobytes with its token. */
const maxOpened = 2_048;
const maxKept = 4_096;

/**
 * The access keys of sessions beside those that last. A session counts for as long as its
 * token says and its role is there: the role is read each time, and what was made of an
 * older version of it is not used again. Whether the time is over is for identity to judge.
 */
export function withSessions(lasting: AccessKeys, parts: SessionParts): AccessKeys {
  const { store } = parts;
  const opened = new BoundedMap<string, OpenedSession>(maxOpened);
  const kept = new Derived<SigningCredential>(maxKept, ({ signingKey }) => signingKey.wipe());
  return {
    findSigningCredential(scope) {
      const { accessKeyId, sessionToken } = scope;
      if (sessionToken === undefined) return lasting.findSigningCredential(scope);
      if (!isSessionKeyId(accessKeyId)) return undefined;
      const session = findSession({ accessKeyId, sessionToken }, opened, parts);
      return andThen(session, (known) => {
        if (known === undefined) return undefined;
        return andThen(store.findRole(known.roleId), (role) => {
          if (role === undefined) return undefined;
          const name = nameOf(scope, known, role);
          const credential = () =>
            kept.find(name, () => deriveCredential(scope, known, role, parts));
          return withEffectivePolicies(credential, role, store);
        });
      });
    },
  };
}

interface OpenedSession extends Session {
  /** Names the token: two sessions could have one access key id. */
  readonly digest: string;
}

function isSessionKeyId(accessKeyId: string): boolean {
  return /^ASIA[A-Z2-7]{16}$/.test(accessKeyId);
}

function findSession(
  { accessKeyId, sessionToken }: { readonly accessKeyId: string; readonly sessionToken: string },
  opened: BoundedMap<string, OpenedSession>,
  { sessionTokens }: SessionParts,
): Eventually<OpenedSession | undefined> {
  const name = `${accessKeyId} ${sessionToken}`;
  const known = opened.get(name);
  if (known !== undefined) return known;
  return sessionTokens.open(accessKeyId, sessionToken).then((bytes) => {
    if (bytes === undefined) return undefined;
    const session = { ...decodeSession(bytes), digest: hash("sha256", name, "base64url") };
    opened.set(name, session);
    return session;
  });
}

/** A blank keeps the parts apart: no part of a credential scope that signs can hold one. */
function nameOf(
  { date, region, service }: SigningScope,
  { digest }: OpenedSession,
  { rowVersion }: RoleRecord,
): string {
  return `${digest} ${rowVersion} ${date} ${region} ${service}`;
}

async function deriveCredential(
  { accessKeyId, date, region, service }: SigningScope,
  session: Session,
  role: RoleRecord,
  { secretAccessKeys, partition }: SessionParts,
): Promise<SigningCredential> {
  const facts = { accountId: role.accountId, accessKeyId };
  const wrapped = session.wrappedSecret;
  return {
    signingKey: await derivedSigningKey(secretAccessKeys, {
      facts,
      wrapped,
      date,
      region,
      service,
    }),
    caller: callerOf(session, role, accessKeyId, partition),
    expiresAtMs: session.expiresAtMs,
  };
}

function callerOf(
  { name, issuedAtMs, limits, sourceIdentity }: Session,
  role: RoleRecord,
  accessKeyId: string,
  partition: string,
): Caller {
  const { roleId: id, accountId, roleName } = role;
  const { policy, tags, transitiveTagKeys } = limits;
  const inherited = new Set(transitiveTagKeys.map((key) => key.toLowerCase()));
  return {
    type: "AssumedRole",
    accountId,
    arn: sessionArn(role, name, partition),
    principalId: `${id}:${name}`,
    accessKeyId,
    identityPolicies: role.policies.map(({ PolicyDocument }) => PolicyDocument),
    session: {
      role: { id, arn: iamArn(partition, accountId, roleResource(role)), name: roleName },
      name,
      issuedAtMs,
      ...(policy === undefined ? {} : { policy }),
      principalTags: new Map(
        [...role.tags, ...tags].map(({ TagKey, TagValue }) => [TagKey.toLowerCase(), TagValue]),
      ),
      transitiveTags: tags.filter(({ TagKey }) => inherited.has(TagKey.toLowerCase())),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    },
  };
}
