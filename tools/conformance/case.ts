/** One case of the conformance run: a call, and what AWS KMS does with it. */
import type { World } from "./world.ts";

/** What is due: an answer with these members and no others, or an error. */
export type Due =
  | { readonly answers: readonly string[] }
  | {
      readonly code: string;
      /** The words, where AWS's are known; "" where the error comes without any. */
      readonly message?: string | RegExp | undefined;
    };

export interface Case {
  readonly operation: string;
  readonly title: string;
  readonly due: Due;
  readonly call: (world: World) => Promise<object>;
}

type Call = Case["call"];

/** A call that is answered with these members, in any order. */
export function answers(operation: string, title: string, members: string, call: Call): Case {
  const names = members === "" ? [] : members.split(" ");
  return { operation, title, due: { answers: names }, call };
}

/** A call that is refused with this error. */
export function refuses(
  operation: string,
  title: string,
  error: string | { readonly code: string; readonly message: string | RegExp },
  call: Call,
): Case {
  const due = typeof error === "string" ? { code: error } : error;
  return { operation, title, due, call };
}

/** Errors whose words AWS's own recordings show. */
export const words = {
  invalidKeyId: (id: string) => ({
    code: "NotFoundException",
    message: `Invalid keyId '${id}'`,
  }),
  noKey: { code: "NotFoundException", message: /^Key 'arn:\S+' does not exist$/ },
  noAlias: { code: "NotFoundException", message: /^Alias arn:\S+:alias\/\S+ is not found\.$/ },
  disabled: { code: "DisabledException", message: /^arn:\S+ is disabled\.$/ },
  pendingDeletion: {
    code: "KMSInvalidStateException",
    message: /^arn:\S+ is pending deletion\.$/,
  },
  pendingImport: { code: "KMSInvalidStateException", message: /^arn:\S+ is pending import\.$/ },
  usage: (operation: string) => ({
    code: "InvalidKeyUsageException",
    message: new RegExp(`^arn:\\S+ key usage is [A-Z_]+ which is not valid for ${operation}\\.$`),
  }),
  algorithm: {
    code: "InvalidKeyUsageException",
    message: /^Algorithm \w+ is incompatible with key spec \w+\.$/,
  },
  ciphertext: { code: "InvalidCiphertextException", message: "" },
  incorrectKey: {
    code: "IncorrectKeyException",
    message: "The key ID in the request does not identify a CMK that can perform this operation.",
  },
  dryRun: {
    code: "DryRunOperationException",
    message: "The request would have succeeded, but the DryRun option is set.",
  },
  constraint: (path: string, rule: string) => ({
    code: "ValidationException",
    message: new RegExp(
      `^1 validation error detected: Value.* at '${path}' failed to satisfy constraint: ${rule}`,
    ),
  }),
  origin: {
    code: "UnsupportedOperationException",
    message: /^arn:\S+ origin is \w+ which is not valid for this operation\.$/,
  },
} as const;
