import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { newFacts } from "../../test/vault-bench.ts";
import type { VaultClient, VaultCommandName } from "../vault-protocol/commands.ts";
import { FairVault } from "./fair-vault.ts";

const throttled = {
  code: "ThrottlingException",
  message: expect.stringContaining("exceeded the rate") as string,
};
const facts = newFacts();
const material = { facts, wrapped: Buffer.alloc(8) };
const encryptionContext = Buffer.alloc(4);

/** A vault that answers nothing until the test has it answer. */
function silentVault() {
  const asked: VaultCommandName[] = [];
  const answers: (() => void)[] = [];
  const silent: VaultClient = {
    async send(command) {
      asked.push(command);
      await new Promise<void>((resolve) => answers.push(resolve));
      return { refused: "failed" };
    },
  };
  const vault = new FairVault(silent);
  const clientOf = (accountId: string) => {
    const client = vault.onBehalfOf(accountId);
    const pair = async (keyPairSpec: string) =>
      await client.send("generateDataKeyPair", { material, encryptionContext, keyPairSpec });
    const sign = async () =>
      await client.send("sign", {
        material,
        algorithm: "",
        messageType: "",
        message: facts.reference,
      });
    const encrypt = async () =>
      await client.send("encrypt", { material, encryptionContext, plaintext: facts.reference });
    return { client, pair, sign, encrypt };
  };
  const answerAll = async (): Promise<void> => {
    for (let rounds = 0; rounds < 100; rounds++) {
      for (const answer of answers.splice(0)) answer();
      await turn();
    }
  };
  return { asked, clientOf, answerAll };
}

describe("the vault shared between accounts", () => {
  test("makes two RSA pairs at once, whoever asks, and whatever they are for", async () => {
    const { asked, clientOf, answerAll } = silentVault();
    const { client, pair } = clientOf("111122223333");
    const rsaFacts = { ...facts, keySpec: "RSA_4096", keyUsage: "SIGN_VERIFY" };
    const importFacts = {
      accountId: "111122223333",
      keyId: facts.keyId,
      importId: facts.reference,
    };
    const work = [
      client.send("createKeyPair", { facts: rsaFacts }),
      client.send("createImportKey", { facts: importFacts, wrappingKeySpec: "RSA_2048" }),
      pair("RSA_3072"),
      client.send("generateDataKeyPairWithoutPlaintext", {
        material,
        encryptionContext,
        keyPairSpec: "RSA_2048",
      }),
    ];
    await turn();
    expect(asked).toEqual(["createKeyPair", "createImportKey"]);
    await answerAll();
    await Promise.all(work);
    expect(asked).toHaveLength(4);
  });

  test("throttles the 33rd RSA pair of an account, and serves another account in between", async () => {
    const { asked, clientOf, answerAll } = silentVault();
    const { pair } = clientOf("111122223333");
    const work = Array.from({ length: 32 }, async () => await pair("RSA_4096"));
    await expect(pair("RSA_2048")).rejects.toMatchObject(throttled);
    const { pair: ofOther } = clientOf("444455556666");
    let askedBefore = 0;
    const other = ofOther("RSA_2048").then(() => (askedBefore = asked.length));
    await answerAll();
    await Promise.all([...work, other]);
    expect(askedBefore).toBeLessThan(8);
  });

  test("neither holds up nor counts pairs that are quick to make", async () => {
    const { asked, clientOf, answerAll } = silentVault();
    const { pair } = clientOf("111122223333");
    const work = Array.from({ length: 32 }, async () => await pair("RSA_4096"));
    work.push(pair("ECC_NIST_P256"), pair("ML_KEM_768"));
    await turn();
    expect(asked).toHaveLength(4);
    await answerAll();
    await Promise.all(work);
  });

  test("leaves half of the vault's places to quick commands, however many slow ones come", async () => {
    const { asked, clientOf, answerAll } = silentVault();
    const { sign, encrypt } = clientOf("111122223333");
    const work = Array.from({ length: 1_024 }, async () => await sign());
    await expect(sign()).rejects.toMatchObject(throttled);
    await turn();
    expect(asked).toHaveLength(512);
    const quick = encrypt();
    expect(asked.at(-1)).toBe("encrypt");
    await answerAll();
    await Promise.all([...work, quick]);
    expect(asked).toHaveLength(1_025);
  });
});
