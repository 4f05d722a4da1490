/**
 * Attested recipients: a plaintext goes to an enclave that has proven what runs in it, in
 * an envelope that only the enclave can open (AWS KMS developer guide, "Cryptographic
 * attestation support").
 */
import type { RecipientInfo } from "@aws-sdk/client-kms";
import { UnsoundDocument } from "../attestation/unsound-document.ts";
import { type AttestedRecipient, verifyAttestation } from "../attestation/verify-attestation.ts";
import type { ForRecipient } from "../vault-protocol/commands.ts";
import { invalid } from "./errors.ts";
import type { Desk } from "./operation.ts";

/**
 * The recipient that an input names, proven; nothing when it names none. Refuses with
 * ValidationException when the proof does not hold.
 */
export function recipientOf(
  input: object,
  { attestationRoots, nowMs }: Pick<Desk, "attestationRoots" | "nowMs">,
): AttestedRecipient | undefined {
  const { Recipient: info } = input as { readonly Recipient?: RecipientInfo };
  if (info === undefined) return undefined;
  const { KeyEncryptionAlgorithm: algorithm, AttestationDocument: document } = info;
  if (algorithm === undefined || document === undefined) {
    throw invalid("Recipient must have a KeyEncryptionAlgorithm and an AttestationDocument.");
  }
  try {
    return verifyAttestation(document, attestationRoots, nowMs);
  } catch (error) {
    if (!(error instanceof UnsoundDocument)) throw error;
    throw invalid(`The attestation document is refused: ${error.message}.`);
  }
}

/** A request to the vault, for the recipient in place of the caller. */
export function forRecipient<Request extends object>(
  request: Request,
  { publicKey: recipientPublicKey }: AttestedRecipient,
): Request & ForRecipient {
  return { ...request, recipientPublicKey };
}

const conditionPrefix = "kms:recipientattestation:";
const imageRegister = 0;

/** What a policy may ask of a recipient, by the condition key in lower case. */
export function recipientCondition(
  condition: string,
  recipient: AttestedRecipient | undefined,
): string | undefined {
  if (recipient === undefined || !condition.startsWith(conditionPrefix)) return undefined;
  const name = condition.slice(conditionPrefix.length);
  const isEnclave = recipient.platform === "nitroEnclave";
  if (isEnclave && name === "imagesha384") return registerOf(recipient, imageRegister);
  const prefix = isEnclave ? "pcr" : "nitrotpmpcr";
  if (!name.startsWith(prefix)) return undefined;
  const number = name.slice(prefix.length);
  return /^(?:0|[1-9]\d?)$/.test(number) ? registerOf(recipient, Number(number)) : undefined;
}

/** What of a recipient stands in the trail's additionalEventData. */
export function recipientOnRecord(recipient: AttestedRecipient) {
  const isEnclave = recipient.platform === "nitroEnclave";
  return {
    attestationDocumentModuleId: recipient.moduleId,
    attestationDocumentEnclaveImageDigest: isEnclave
      ? registerOf(recipient, imageRegister)
      : undefined,
  };
}

function registerOf({ pcrs }: AttestedRecipient, number: number): string | undefined {
  return pcrs.get(number)?.toString("hex");
}
