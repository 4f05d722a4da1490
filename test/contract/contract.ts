/** A running server, and KMS as a client of the newest AWS SDK sees it over HTTP. */
import { type CreateKeyRequest, KMS, KMSServiceException } from "@aws-sdk/client-kms";
import { type Keyhaven, type StartOptions, startKeyhaven } from "../../src/testing.ts";

type ResponseMetadata = KMSServiceException["$metadata"];

export interface Contract {
  readonly kms: KMS;
  readonly keyhaven: Keyhaven;
  /** The ARN of a key, or of what else is named, in the server's account and Region. */
  arn(resource: string): string;
  /** A new key's bare id. */
  newKey(input?: CreateKeyRequest): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server of its own for one test file. */
export async function startContract(options: StartOptions = {}): Promise<Contract> {
  const keyhaven = await startKeyhaven(options);
  const kms = new KMS({ ...keyhaven.clientConfig, maxAttempts: 1 });
  return {
    kms,
    keyhaven,
    arn: (resource) => `arn:aws:kms:${keyhaven.region}:${keyhaven.accountId}:${resource}`,
    async newKey(input = {}) {
      const { KeyMetadata } = await kms.createKey(input);
      if (KeyMetadata?.KeyId === undefined) throw new Error("CreateKey answered without a KeyId");
      return KeyMetadata.KeyId;
    },
    async stop() {
      kms.destroy();
      await keyhaven.stop();
    },
  };
}

/** The members of an answer. Rejects unless it has status 200 and a request id. */
export async function answer<Output extends { $metadata: ResponseMetadata }>(
  call: Promise<Output>,
): Promise<Omit<Output, "$metadata">> {
  const { $metadata, ...members } = await call;
  requireRequestId($metadata);
  if ($metadata.httpStatusCode !== 200) throw new Error(`status ${$metadata.httpStatusCode}`);
  return members;
}

/** A refusal as the SDK shows it; without a message on the wire, the SDK makes one up. */
export interface SdkRefusal {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

/** What the SDK says of an error that comes without a message. */
export const noMessage = "UnknownError";

/** What a call was refused with. Rejects when it was answered, or has no request id. */
export async function refusal(attempt: Promise<unknown>): Promise<SdkRefusal> {
  const error: unknown = await attempt.then(
    () => new Error("the call was answered"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof KMSServiceException)) throw error;
  requireRequestId(error.$metadata);
  return { name: error.name, message: error.message, status: error.$metadata.httpStatusCode };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function requireRequestId({ requestId }: ResponseMetadata): void {
  if (!uuid.test(requestId ?? "")) throw new Error(`the request id is ${requestId}`);
}
