/**
 * Scenario: signatures, MACs and key pairs by Keyhaven, against the same primitive alone on
 * the same cores: by the system's `openssl speed` where it knows it, and by Node's own
 * OpenSSL in a loop. And what such work leaves of Encrypt.
 */
import { randomBytes } from "node:crypto";
import { callEach } from "./calls.mjs";
import { inputsFor } from "./inputs.mjs";
import { runLoad } from "./load.mjs";
import { measureRun } from "./measure.mjs";
import { opensslSpeed, opensslVersion } from "./openssl-speed.mjs";
import { nodeSpeed } from "./primitives.mjs";
import { signedRequests } from "./requests.mjs";
import { atLeast, atMost, plain } from "./rows.mjs";
import { median } from "./statistics.mjs";

const connections = 32;
const distinctMessages = 256;
const opensslSeconds = 1;
const leastOfRsa = 0.85;
const leastOfEncrypt = 1;
const mostP50WhileSigning = 2;
const mostP99WhileMakingKeys = 3;

/** The key specs that sign: the algorithm, the bytes of a digest, and openssl's name. */
const signers = [
  { spec: "RSA_2048", algorithm: "RSASSA_PKCS1_V1_5_SHA_256", digest: 32, openssl: "rsa2048" },
  { spec: "RSA_4096", algorithm: "RSASSA_PKCS1_V1_5_SHA_256", digest: 32, openssl: "rsa4096" },
  { spec: "ECC_NIST_P256", algorithm: "ECDSA_SHA_256", digest: 32, openssl: "ecdsap256" },
  { spec: "ECC_NIST_P384", algorithm: "ECDSA_SHA_384", digest: 48, openssl: "ecdsap384" },
  { spec: "ECC_NIST_EDWARDS25519", algorithm: "ED25519_SHA_512", openssl: "ed25519" },
  { spec: "ML_DSA_65", algorithm: "ML_DSA_SHAKE_256" },
];

/** Runs all rounds: baselines and Keyhaven by turns, then Encrypt idle and beside other work. */
export async function measureSigning({ keyhaven, keyIds, pace, say }) {
  const openssl = await opensslVersion();
  if (openssl === undefined) say("There is no openssl: Node's own primitives are all there is.");
  const cases = [...(await signingCases(keyhaven)), ...(await otherCases(keyhaven, keyIds))];
  const encrypt = {
    name: "Encrypt",
    inputs: await inputsFor("Encrypt", keyhaven, keyIds),
    rounds: [],
  };
  const beside = [];
  for (let round = 0; round < pace.rounds; round += 1) {
    encrypt.rounds.push({ keyhaven: await runCase(keyhaven, encrypt, pace) });
    await measureCases(cases, openssl, { keyhaven, pace });
    beside.push(await measureBeside(keyhaven, encrypt.inputs, cases, pace));
    say(`signing: round ${round + 1} of ${pace.rounds}`);
  }
  const measured = [encrypt, ...cases].map(({ label, target, rounds }) => ({
    label: label ?? "Encrypt",
    target,
    rounds,
  }));
  return { openssl, cases: measured, beside };
}

async function signingCases(keyhaven) {
  const cases = [];
  for (const { spec, algorithm, digest, openssl } of signers) {
    const KeyId = await newKey(keyhaven, spec, "SIGN_VERIFY");
    const sign = (MessageType, length) =>
      messages(length).map((Message) => ({
        KeyId,
        Message,
        MessageType,
        SigningAlgorithm: algorithm,
      }));
    const raw = sign("RAW", 32);
    const signed = await callEach(keyhaven, "Sign", raw);
    const verify = raw.map((input, index) => ({ ...input, Signature: signed[index].Signature }));
    const target = spec.startsWith("RSA") ? "baseline" : undefined;
    const common = { primitive: spec, openssl, rounds: [] };
    const signing = { ...common, name: "Sign", work: "sign", target };
    cases.push({ ...signing, label: `Sign ${spec} RAW`, inputs: raw });
    if (digest !== undefined) {
      cases.push({
        ...signing,
        rounds: [],
        label: `Sign ${spec} DIGEST`,
        inputs: sign("DIGEST", digest),
        target: spec === "ECC_NIST_P256" ? "encrypt" : target,
      });
    }
    cases.push({
      ...common,
      rounds: [],
      name: "Verify",
      work: "verify",
      label: `Verify ${spec} RAW`,
      inputs: verify,
    });
  }
  return cases;
}

async function otherCases(keyhaven, keyIds) {
  const KeyId = await newKey(keyhaven, "HMAC_256", "GENERATE_VERIFY_MAC");
  return [
    {
      name: "GenerateMac",
      label: "GenerateMac HMAC_256",
      primitive: "HMAC_256",
      work: "mac",
      inputs: messages(32).map((Message) => ({ KeyId, Message, MacAlgorithm: "HMAC_SHA_256" })),
      rounds: [],
    },
    {
      name: "GenerateDataKeyPair",
      label: "GenerateDataKeyPair ECC_NIST_P256",
      primitive: "pair",
      work: "make",
      inputs: keyIds.map((id) => ({ KeyId: id, KeyPairSpec: "ECC_NIST_P256" })),
      rounds: [],
    },
  ];
}

async function newKey(keyhaven, KeySpec, KeyUsage) {
  const [{ KeyMetadata }] = await callEach(keyhaven, "CreateKey", [{ KeySpec, KeyUsage }]);
  return KeyMetadata.KeyId;
}

function messages(length) {
  return Array.from({ length: distinctMessages }, () => randomBytes(length).toString("base64"));
}

/** One round of every case. A primitive is measured once a round, right before its cases. */
async function measureCases(cases, openssl, { keyhaven, pace }) {
  const baselines = new Map();
  for (const each of cases) {
    const { primitive } = each;
    if (!baselines.has(primitive)) {
      baselines.set(primitive, {
        node: await nodeSpeed(primitive, pace.measureMs / 2),
        openssl:
          openssl === undefined || each.openssl === undefined
            ? undefined
            : await opensslSpeed(each.openssl, opensslSeconds),
      });
    }
    const baseline = baselines.get(primitive);
    each.rounds.push({
      node: baseline.node[each.work],
      openssl: baseline.openssl?.[each.work],
      keyhaven: await runCase(keyhaven, each, pace),
    });
  }
}

async function runCase(keyhaven, { name, inputs }, { warmUpMs, measureMs }) {
  const requests = signedRequests(keyhaven, name, inputs);
  return await measureRun(keyhaven, { connections, warmUpMs, measureMs, requests });
}

/** Encrypt, one request after the other: alone, beside RSA signatures, beside new RSA keys. */
async function measureBeside(keyhaven, inputs, cases, pace) {
  const requests = signedRequests(keyhaven, "Encrypt", inputs);
  const { warmUpMs, measureMs } = pace;
  const encrypt = async () =>
    await measureRun(keyhaven, { connections: 1, warmUpMs, measureMs, requests });
  const idle = await encrypt();
  const rsa = cases.find(({ label }) => label === "Sign RSA_2048 RAW");
  const signing = signedRequests(keyhaven, "Sign", rsa.inputs);
  const makingKeys = signedRequests(keyhaven, "CreateKey", [
    { KeySpec: "RSA_4096", KeyUsage: "SIGN_VERIFY" },
  ]);
  return {
    idle,
    whileSigning: await whileBusy(keyhaven, signing, 16, pace, encrypt),
    whileMakingKeys: await whileBusy(keyhaven, makingKeys, 1, pace, encrypt),
  };
}

/** Measures while other requests are sent all the time. */
async function whileBusy({ port }, requests, busyConnections, { warmUpMs, measureMs }, measure) {
  const plan = { port, requests, connections: busyConnections, warmUpMs: 0 };
  // Long enough to be there until the end; no answer of a new RSA key need come in the time.
  const busyMs = (warmUpMs + measureMs) * 1.5 + 5_000;
  const busy = runLoad({ ...plan, measureMs: busyMs, sample: () => undefined });
  const [measured] = await Promise.all([measure(), busy]);
  return measured;
}

/** The rows of the report. */
export function signingRows({ cases, beside }) {
  const encryptRate = median(cases[0].rounds.map(({ keyhaven }) => keyhaven.requestsPerSecond));
  const rows = cases.slice(1).flatMap((each) => caseRows(each, encryptRate));
  const of = (value) => median(beside.map(value));
  return [
    plain(`Encrypt, ${connections} connections: requests a second`, encryptRate),
    ...rows,
    plain(
      "Encrypt, 1 connection, idle: median, ms",
      of(({ idle }) => idle.p50Ms),
    ),
    atMost(
      "Encrypt beside RSA signatures: median / idle",
      of(({ idle, whileSigning }) => whileSigning.p50Ms / idle.p50Ms),
      mostP50WhileSigning,
    ),
    plain(
      "Encrypt, 1 connection, idle: p99, ms",
      of(({ idle }) => idle.p99Ms),
    ),
    atMost(
      "Encrypt beside CreateKey RSA_4096: p99 / idle",
      of(({ idle, whileMakingKeys }) => whileMakingKeys.p99Ms / idle.p99Ms),
      mostP99WhileMakingKeys,
    ),
  ];
}

function caseRows({ label, target, rounds }, encryptRate) {
  const of = (value) => median(rounds.map(value));
  const rate = of(({ keyhaven }) => keyhaven.requestsPerSecond);
  const rows = [
    plain(`${label}: a second`, rate),
    plain(
      `${label}: / Node's primitive`,
      of(({ keyhaven, node }) => keyhaven.requestsPerSecond / node),
    ),
  ];
  if (rounds[0].openssl !== undefined) {
    rows.push(
      plain(
        `${label}: / openssl speed`,
        of(({ keyhaven, openssl }) => keyhaven.requestsPerSecond / openssl),
      ),
    );
  }
  if (target === "baseline") {
    rows.push(atLeast(`${label}: / the faster of both`, of(fasterRatio), leastOfRsa));
  }
  if (target === "encrypt") {
    rows.push(atLeast(`${label}: / Encrypt`, rate / encryptRate, leastOfEncrypt));
  }
  return rows;
}

/** An older openssl may be much slower: what counts is the better of the two. */
function fasterRatio({ keyhaven, node, openssl = 0 }) {
  return keyhaven.requestsPerSecond / Math.max(node, openssl);
}
