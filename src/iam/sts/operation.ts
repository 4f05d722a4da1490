/** What an operation of STS says of itself. The service does the rest. */
import type { Clock } from "../../lib/clock.ts";
import type { SecretAccessKeys } from "../../service/secret-access-keys.ts";
import type { Authenticated, JsonObject, QueryOutput } from "../../service/service.ts";
import type { SessionTokens } from "../../service/session-tokens.ts";
import type { TrailResource } from "../../service/trail.ts";
import type { AccountStore } from "../account-store.ts";
import { refuseUnsupported } from "../operation.ts";
import { checkInput, type Shapes } from "../shapes.ts";

/** What an operation may reach while it runs. It changes nothing that is stored. */
export interface StsDesk {
  readonly store: Pick<AccountStore, "findUser" | "findUserNamed" | "findRole" | "findRoleNamed">;
  readonly secretAccessKeys: SecretAccessKeys;
  readonly sessionTokens: SessionTokens;
  readonly clock: Clock;
  /** Of all ARNs of IAM: one, or a caller could choose what a role is called. */
  readonly partition: string;
}

/** What an operation comes to. */
export interface StsOutcome {
  readonly output: QueryOutput;
  /** For the trail: never a secret. */
  readonly responseElements?: Readonly<Record<string, unknown>>;
  readonly resources?: readonly TrailResource[];
  /** A secret in the output, to be wiped should the answer not leave. */
  readonly secret?: Uint8Array;
}

interface Definition<Input> {
  /** Members of AWS's that would limit the session: without them it would not be what was asked for. */
  readonly unsupported?: readonly string[];
  readonly input: Shapes<Input>;
  /** What the trail may remember of the request. */
  readonly record: (input: Input, by: Authenticated) => Readonly<Record<string, unknown>> | null;
  readonly run: (
    call: { readonly input: Input } & Authenticated & StsDesk,
  ) => Promise<StsOutcome> | StsOutcome;
}

/** A request whose shape is right. */
interface CheckedCall {
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly run: (desk: StsDesk) => Promise<StsOutcome>;
}

/** Throws a ValidationError when the input is not of the right shape. */
export type StsOperation = (sent: JsonObject, by: Authenticated) => CheckedCall;

/** All of them count as reading: what is stored stays as it is. */
export function stsOperation<Input>(definition: Definition<Input>): StsOperation {
  return (sent, by) => {
    refuseUnsupported(definition, sent);
    const input = checkInput(definition.input, sent);
    return {
      requestParameters: definition.record(input, by),
      run: async (desk) => await definition.run({ ...desk, ...by, input }),
    };
  };
}
