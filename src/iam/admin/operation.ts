/** What an operation of the admin service says of itself. The corridor does the rest. */
import type { Clock } from "../../lib/clock.ts";
import type { SecretAccessKeys } from "../../service/secret-access-keys.ts";
import type { JsonObject } from "../../service/service.ts";
import type { Change } from "../../store/store.ts";
import type { AccountStore } from "../account-store.ts";
import { checkInput, type Shapes } from "./shapes.ts";

/** What an operation may reach while it runs. It reads; its changes are made by the corridor. */
export interface Bench {
  readonly store: Pick<
    AccountStore,
    "findAccount" | "listAccounts" | "findAccessKey" | "listAccessKeys"
  >;
  readonly secretAccessKeys: SecretAccessKeys;
  readonly region: string;
  readonly clock: Clock;
}

/** What an operation comes to. Nothing of it has happened yet. */
export interface Outcome {
  readonly output: object | undefined;
  /** Committed with the record of the call, or not at all. */
  readonly changes?: readonly Change[];
  /** For the trail: never a secret. */
  readonly responseElements?: Readonly<Record<string, unknown>>;
  /** The account that the call was about. */
  readonly accountId?: string;
  /** A secret in the output, to be wiped should the answer not leave. */
  readonly secret?: Uint8Array;
}

interface Definition<Input> {
  readonly readOnly: boolean;
  readonly input: Shapes<Input>;
  /** What the trail may remember of the request. */
  readonly audit: (input: Input) => Readonly<Record<string, unknown>> | null;
  /** May be run again when another change came first: it decides from what it reads. */
  readonly run: (call: { readonly input: Input } & Bench) => Promise<Outcome>;
}

/** A request whose shape is right. */
export interface CheckedCall {
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly run: (bench: Bench) => Promise<Outcome>;
}

export interface AdminOperation {
  readonly readOnly: boolean;
  /** Throws a ValidationException when the input is not of the right shape. */
  readonly check: (input: JsonObject) => CheckedCall;
}

/** Ties the shapes of an input to what is done with it. */
export function adminOperation<Input>(definition: Definition<Input>): AdminOperation {
  return {
    readOnly: definition.readOnly,
    check(sent) {
      const input = checkInput(definition.input, sent);
      return {
        requestParameters: definition.audit(input),
        run: async (bench) => await definition.run({ input, ...bench }),
      };
    },
  };
}
