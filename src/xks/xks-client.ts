/**
 * External keys by way of XKS proxies: the AWS KMS External Key Store proxy API
 * specification, version 1. Each call is one signed POST with a JSON body.
 */
import type { Clock } from "../lib/clock.ts";
import {
  type ExternalKeyName,
  type ExternalKeys,
  hasFailed,
  type XksFailed,
  type XksProxy,
} from "../service/external-keys.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import {
  type Members,
  readCiphertext,
  readHealth,
  readMetadata,
  readPlaintext,
  readResponse,
} from "./answers.ts";
import { Sender, type SenderOptions } from "./send.ts";
import { scopeDate, signedHeaders } from "./sign-request.ts";
import { SigningKeys } from "./signing-keys.ts";

/** What AWS KMS gives a proxy. */
const defaultTimeoutMs = 250;

export interface XksClientOptions extends Pick<SenderOptions, "hosts" | "ca"> {
  readonly secretAccessKeys: SecretAccessKeys;
  readonly clock: Clock;
  /** Nothing for what AWS KMS gives a proxy. */
  readonly timeoutMs: number | undefined;
}

export interface XksClient extends ExternalKeys {
  /** Closes the connections to proxies. */
  close(): void;
}

export function xksClient(options: XksClientOptions): XksClient {
  const { secretAccessKeys, clock, hosts, ca, timeoutMs = defaultTimeoutMs } = options;
  const sender = new Sender({ hosts, ca, timeoutMs });
  const signingKeys = new SigningKeys(secretAccessKeys);

  const post = async (proxy: XksProxy, path: string, members: object) => {
    const atMs = clock();
    const signingKey = await signingKeys.find(proxy, scopeDate(atMs));
    const { accessKeyId, region } = proxy;
    const addressed = {
      host: proxy.uriEndpoint.slice("https://".length),
      path: proxy.uriPath + path,
      body: JSON.stringify(members),
    };
    const headers = signedHeaders({ ...addressed, accessKeyId, region, atMs }, signingKey);
    const response = await sender.send({ ...addressed, headers, owner: proxy.accountId });
    return hasFailed(response) ? response : readResponse(response);
  };
  const postToKey = async ({ proxy, xksKeyId }: ExternalKeyName, what: string, members: object) =>
    await post(proxy, `/keys/${xksKeyId}/${what}`, members);

  return {
    checkHealth: async (proxy, requestMetadata) =>
      read(await post(proxy, "/health", { requestMetadata }), readHealth),

    describe: async (key, requestMetadata) =>
      read(await postToKey(key, "metadata", { requestMetadata }), readMetadata),

    async encrypt(key, { plaintext, associatedData }, requestMetadata) {
      const answer = await postToKey(key, "encrypt", {
        requestMetadata,
        plaintext: base64(plaintext),
        additionalAuthenticatedData: base64(associatedData),
        encryptionAlgorithm: "AES_GCM",
      });
      return read(answer, (members) => readCiphertext(members, plaintext.length));
    },

    async decrypt(key, { associatedData, metadata, ...sealed }, requestMetadata) {
      const answer = await postToKey(key, "decrypt", {
        requestMetadata,
        ciphertext: base64(sealed.ciphertext),
        initializationVector: base64(sealed.initializationVector),
        authenticationTag: base64(sealed.authenticationTag),
        ...(metadata.length === 0 ? {} : { ciphertextMetadata: base64(metadata) }),
        additionalAuthenticatedData: base64(associatedData),
        encryptionAlgorithm: "AES_GCM",
      });
      return read(answer, (members) => readPlaintext(members, sealed.ciphertext.length));
    },

    close: () => sender.close(),
  };
}

function read<Result extends object>(
  answer: { readonly members: Members } | XksFailed,
  decode: (members: Members) => Result | XksFailed,
): Result | XksFailed {
  return hasFailed(answer) ? answer : decode(answer.members);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
