/**
 * What Node's own OpenSSL does of a primitive, in a loop on a thread for each core: the
 * baseline for what the system's openssl is too old for. This file is its own worker.
 */
import { createHmac, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { once } from "node:events";
import os from "node:os";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const message = randomBytes(32);

/** A pair and a hash, and the two loops' work. */
function signing(hash, type, options) {
  const { privateKey, publicKey } = generateKeyPairSync(type, options);
  const signature = sign(hash, message, privateKey);
  return {
    sign: () => sign(hash, message, privateKey),
    verify: () => verify(hash, message, publicKey, signature),
  };
}

const macKey = randomBytes(32);

const primitives = {
  RSA_2048: () => signing("sha256", "rsa", { modulusLength: 2048 }),
  RSA_4096: () => signing("sha256", "rsa", { modulusLength: 4096 }),
  ECC_NIST_P256: () => signing("sha256", "ec", { namedCurve: "P-256" }),
  ECC_NIST_P384: () => signing("sha384", "ec", { namedCurve: "P-384" }),
  ECC_NIST_EDWARDS25519: () => signing(undefined, "ed25519", {}),
  ML_DSA_65: () => signing(undefined, "ml-dsa-65", {}),
  HMAC_256: () => ({ mac: () => createHmac("sha256", macKey).update(message).digest() }),
  pair: () => ({ make: () => generateKeyPairSync("ec", { namedCurve: "P-256" }) }),
};

/** Times a second, of each kind of work of a primitive, on all cores together. */
export async function nodeSpeed(name, measureMs) {
  const workers = os
    .cpus()
    .map(() => new Worker(new URL(import.meta.url), { workerData: { name, measureMs } }));
  const rates = await Promise.all(
    workers.map(async (worker) => {
      const [rate] = await once(worker, "message");
      await worker.terminate();
      return rate;
    }),
  );
  const sum = (work) => rates.reduce((total, rate) => total + rate[work], 0);
  return Object.fromEntries(Object.keys(rates[0]).map((work) => [work, sum(work)]));
}

function rateOf(work, measureMs) {
  const startedAtMs = performance.now();
  let elapsedMs = 0;
  let count = 0;
  while (elapsedMs < measureMs) {
    work();
    count += 1;
    elapsedMs = performance.now() - startedAtMs;
  }
  return (count / elapsedMs) * 1000;
}

if (!isMainThread) {
  const works = Object.entries(primitives[workerData.name]());
  const rates = works.map(([work, run]) => [work, rateOf(run, workerData.measureMs)]);
  parentPort.postMessage(Object.fromEntries(rates), []);
}
