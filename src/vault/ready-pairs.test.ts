import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { MadePair } from "./algorithms/key-specs.ts";
import { ReadyPairs } from "./ready-pairs.ts";
import { slowWork } from "./slow-work.ts";

const standing = (): number => 0;

function newPairs() {
  const made: { spec: string; pair: MadePair }[] = [];
  const time = { nowMs: 0 };
  const make = async (spec: string): Promise<MadePair> => {
    const pair = { publicKey: Buffer.of(made.length), privateKey: Buffer.alloc(8, 7) };
    made.push({ spec, pair });
    return await Promise.resolve(pair);
  };
  const nowMs = (): number => time.nowMs;
  const pairs = new ReadyPairs({ nowMs, slow: slowWork(nowMs), make, afterMs: 100 });
  return { pairs, made, time };
}

async function idle(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("ready pairs", () => {
  test("are made of a spec that was asked for, two at most, once the vault is idle", async () => {
    const { pairs, made } = newPairs();
    await pairs.take("RSA_2048");
    expect(made.length).toBe(1);
    await idle(1_000);
    expect(made.map(({ spec }) => spec)).toEqual(["RSA_2048", "RSA_2048", "RSA_2048"]);
    expect(pairs.readyOf("RSA_2048")).toBe(2);
  });

  test("are given to one caller each, oldest first, and made up for", async () => {
    const { pairs, made } = newPairs();
    await pairs.take("RSA_2048");
    await idle(1_000);
    const taken = [await pairs.take("RSA_2048"), await pairs.take("RSA_2048")];
    expect(taken).toEqual([made[1]?.pair, made[2]?.pair]);
    expect(await pairs.take("RSA_2048")).toBe(made[3]?.pair);
    await idle(1_000);
    expect(pairs.readyOf("RSA_2048")).toBe(2);
  });

  test("are made again after one could not be made", async () => {
    let asked = 0;
    const make = async (): Promise<MadePair> => {
      asked += 1;
      if (asked === 2) throw new Error("no pair");
      return await Promise.resolve({ privateKey: Buffer.alloc(8), publicKey: Buffer.alloc(8) });
    };
    const pairs = new ReadyPairs({ nowMs: standing, slow: slowWork(standing), make });
    await pairs.take("RSA_2048");
    await idle(1_000);
    expect(pairs.readyOf("RSA_2048")).toBe(0);
    await pairs.take("RSA_2048");
    await idle(1_000);
    expect(pairs.readyOf("RSA_2048")).toBe(2);
    pairs.close();
  });

  test("are not made while pairs are asked for", async () => {
    const { pairs, made } = newPairs();
    for (let round = 0; round < 20; round++) {
      await pairs.take("RSA_4096");
      await idle(50);
    }
    expect(made.length).toBe(20);
  });

  test("are not made of specs that are quick, nor of specs nobody asked for", async () => {
    const { pairs, made } = newPairs();
    await pairs.take("ECC_NIST_P256");
    await idle(1_000);
    expect(made.length).toBe(1);
  });

  test("are wiped when they get old, and made no more until someone asks", async () => {
    const { pairs, made, time } = newPairs();
    await pairs.take("RSA_3072");
    await idle(1_000);
    time.nowMs = 600_001;
    pairs.forgetOld();
    expect(pairs.readyOf("RSA_3072")).toBe(0);
    const unused = made.slice(1).map(({ pair }) => pair.privateKey);
    expect(unused).toEqual([Buffer.alloc(8), Buffer.alloc(8)]);
    await idle(10_000);
    expect(made.length).toBe(3);
  });

  test("are wiped when the vault closes, the one that is being made included", async () => {
    const { pairs, made } = newPairs();
    await pairs.take("RSA_2048");
    await idle(1_000);
    await pairs.take("RSA_2048");
    vi.advanceTimersByTime(100);
    pairs.close();
    await idle(1_000);
    const [first, taken, ...rest] = made.map(({ pair }) => pair.privateKey);
    expect([first, taken]).toEqual([Buffer.alloc(8, 7), Buffer.alloc(8, 7)]);
    expect(rest).toEqual([Buffer.alloc(8), Buffer.alloc(8)]);
  });
});
