/** Keys in PKCS#11 tokens, by way of the process that works with them, whichever it is at the moment. */
import type { Duplex } from "node:stream";
import type { TokenCommandName, TokenReply, TokenRequest } from "../pkcs11-protocol/commands.ts";
import type {
  KeyStorePasswords,
  TokenFailed,
  TokenKey,
  TokenKeys,
  TokenKeyStore,
} from "../service/token-keys.ts";
import { LogIns } from "./log-ins.ts";
import { Reattaching } from "./reattaching.ts";
import { isNotDone, type NotDone } from "./token-channel.ts";

/** Which token stands for which cluster, and whose it is: the operator's word, and nobody else's. */
export interface Cluster {
  readonly clusterId: string;
  /** The one account whose key store it can be. */
  readonly accountId: string;
  readonly tokenLabel: string;
}

export interface TokenClient extends TokenKeys {
  /** Speaks to the process behind this socket from now on. */
  attach(socket: Duplex): void;
  /** Ends the connection, and with it the process. */
  close(): void;
}

export interface TokenClientOptions {
  readonly clusters: readonly Cluster[];
  readonly passwords: KeyStorePasswords;
  /** How long a command waits for the process while there is none. */
  readonly patienceMs?: number;
}

const defaultPatienceMs = 2_000;

export function tokenClient(options: TokenClientOptions): TokenClient {
  const { clusters, passwords, patienceMs = defaultPatienceMs } = options;
  // Without clusters nobody starts the process.
  const connection = new Reattaching(clusters.length === 0 ? 0 : patienceMs);
  const logIns = new LogIns(connection, passwords);
  const labelOf = ({ accountId, clusterId }: Pick<TokenKeyStore, "accountId" | "clusterId">) =>
    clusters.find((known) => known.clusterId === clusterId && known.accountId === accountId)
      ?.tokenLabel;

  /** A command for whoever is logged in. Nobody is, in a process that has just been started. */
  const send = async <Name extends TokenCommandName>(
    keyStore: TokenKeyStore,
    command: Name,
    request: Omit<TokenRequest<Name>, "tokenLabel">,
  ): Promise<TokenReply<Name> | TokenFailed> => {
    const tokenLabel = labelOf(keyStore);
    if (tokenLabel === undefined) return { failed: "cluster-unknown" };
    // Omit and its reverse are not one another's inverse to the compiler.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const whole = { ...request, tokenLabel } as unknown as TokenRequest<Name>;
    const seen = logIns.countOf(tokenLabel);
    const first = await connection.send(command, whole);
    if (!isNotDone(first) || first.failed !== "logged-out") return told<TokenReply<Name>>(first);
    const loggedIn = await logIns.logInAgain({ tokenLabel, keyStore, seen });
    if (isNotDone(loggedIn)) return refusalOf(loggedIn);
    return told<TokenReply<Name>>(await connection.send(command, whole));
  };
  const sendToKey = async <Name extends "createKey" | "encrypt" | "decrypt" | "destroyKey">(
    { keyStore, tokenKeyId: keyId }: TokenKey,
    command: Name,
    request: Omit<TokenRequest<Name>, "tokenLabel" | "keyId">,
  ) =>
    await send(
      keyStore,
      command,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      { ...request, keyId } as unknown as Omit<TokenRequest<Name>, "tokenLabel">,
    );

  return {
    attach: (socket) => connection.attach(socket),
    close: () => connection.close(),
    async find(cluster) {
      const tokenLabel = labelOf(cluster);
      if (tokenLabel === undefined) return { failed: "cluster-unknown" };
      return told(await connection.send("findToken", { tokenLabel }));
    },
    async connect(keyStore) {
      const tokenLabel = labelOf(keyStore);
      if (tokenLabel === undefined) return { failed: "cluster-unknown" };
      return told(await logIns.logIn(tokenLabel, keyStore));
    },
    async disconnect(keyStore) {
      const tokenLabel = labelOf(keyStore);
      if (tokenLabel === undefined) return { failed: "cluster-unknown" };
      return told(await logIns.logOut(tokenLabel));
    },
    create: async (key, keyLabel) => await sendToKey(key, "createKey", { keyLabel }),
    destroy: async (key) => await sendToKey(key, "destroyKey", {}),
    encrypt: async (key, message) => await sendToKey(key, "encrypt", message),
    decrypt: async (key, message) => await sendToKey(key, "decrypt", message),
    generateRandom: async (keyStore, lengthBytes) =>
      await send(keyStore, "generateRandom", { lengthBytes }),
  };
}

function told<Reply extends object>(answer: Reply | NotDone): Reply | TokenFailed {
  return isNotDone(answer) ? refusalOf(answer) : answer;
}

/** What is wrong, in the words of those who asked. */
function refusalOf({ failed }: NotDone): TokenFailed {
  if (failed === "busy") return { failed: "timed-out" };
  // Another one has connected with another password meanwhile, or the two ends differ.
  if (failed === "logged-out" || failed === "malformed") return { failed: "failed" };
  return { failed };
}
