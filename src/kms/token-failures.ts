/**
 * What AWS answers when a CloudHSM cluster fails, of the token that stands for one: each
 * problem has one meaning, and each kind of operation its own errors and words for it
 * ("Troubleshooting a custom key store" in the AWS KMS developer guide).
 */
import type { ConnectionErrorCodeType } from "@aws-sdk/client-kms";
import type { TokenProblem } from "../service/token-keys.ts";
import { KmsError } from "./errors.ts";

const cannotCommunicate = "AWS KMS cannot communicate with your CloudHSM cluster.";

/** The refusal of a cryptographic operation: the key cannot be used as it is now. */
export function tokenKeyNotUsable(problem: TokenProblem): KmsError {
  if (problem === "key-missing") {
    return new KmsError(
      "KMSInvalidStateException",
      "The key material of the KMS key is not in its CloudHSM cluster.",
    );
  }
  return new KmsError("KMSInvalidStateException", cannotCommunicate);
}

/** The refusal of CreateKey in a key store that is connected, as far as is known. */
export function tokenKeyNotMade(problem: TokenProblem): KmsError {
  return problem === "token-unfit" ? unfit() : tokenNotUsable();
}

/** The refusal of GenerateRandom in such a key store. */
export function tokenNotUsable(): KmsError {
  return new KmsError("CustomKeyStoreInvalidStateException", cannotCommunicate);
}

/** The refusal of CreateCustomKeyStore and UpdateCustomKeyStore: with this cluster it does not work. */
export function clusterNotUsable(problem: TokenProblem, clusterId: string): KmsError {
  if (problem === "cluster-unknown") {
    return new KmsError(
      "CloudHsmClusterNotFoundException",
      `AWS KMS cannot find the CloudHSM cluster ${clusterId}.`,
    );
  }
  if (problem === "token-unfit" || problem === "user-missing" || problem === "user-locked") {
    return unfit();
  }
  return new KmsError(
    "CloudHsmClusterNotActiveException",
    `The CloudHSM cluster ${clusterId} is not active.`,
  );
}

function unfit(): KmsError {
  return new KmsError(
    "CloudHsmClusterInvalidConfigurationException",
    "The token that stands for the CloudHSM cluster cannot be used: its user PIN is not set or is " +
      "locked, it does not support AES-GCM with keys that stay in it, or it is not the only one of its label.",
  );
}

const connectionErrors: Readonly<Record<TokenProblem, ConnectionErrorCodeType>> = {
  "cluster-unknown": "CLUSTER_NOT_FOUND",
  "token-missing": "INSUFFICIENT_CLOUDHSM_HSMS",
  "token-unfit": "INTERNAL_ERROR",
  "user-missing": "USER_NOT_FOUND",
  "user-locked": "USER_LOCKED_OUT",
  "pin-incorrect": "INVALID_CREDENTIALS",
  "key-missing": "INTERNAL_ERROR",
  rejected: "INTERNAL_ERROR",
  away: "INTERNAL_ERROR",
  "timed-out": "NETWORK_ERRORS",
  failed: "INTERNAL_ERROR",
};

/** Why a key store is FAILED, as DescribeCustomKeyStores shows it. */
export function tokenConnectionErrorCode(problem: TokenProblem): ConnectionErrorCodeType {
  return connectionErrors[problem];
}

export function hasProblem(answer: object): answer is { readonly failed: TokenProblem } {
  return "failed" in answer;
}
