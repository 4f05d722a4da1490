/**
 * How far time has gone, for those who destroy what is due. The clock of the host may
 * jump; what it says is believed only as far as time was seen to pass, and how far that
 * was is stored, so that a restart does not forget it.
 *
 * - Seen time goes on no more than 1 % faster than the time since the host's start does,
 *   which no one sets, whether the server runs meanwhile or not.
 * - After a new start of the host nobody knows how long it was down: the clock is believed
 *   for up to a week of that.
 * - A clock that is more than a day ahead of what was seen is in doubt. It is believed when
 *   it is put right, or after it has run evenly for 30 days, the longest waiting period.
 *
 * So no key is destroyed before it has waited for as long as it was to wait, but for what
 * passed while the host was down.
 */
import { readFileSync } from "node:fs";
import os from "node:os";
import { type Clock, msPerDay } from "../lib/clock.ts";
import type { ClockRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";

const fastest = 1.01;
const downtimeBelievedMs = 7 * msPerDay;
const leadBelievedMs = msPerDay;
const doubtMs = 30 * msPerDay;
const storedEveryMs = 3_600_000;

const clockName = "destruction";

export interface ClockJudgement {
  /** The clock was found ahead: what is due by it alone waits. */
  onDoubt(lead: { readonly leadMs: number; readonly seenAtMs: number }): void;
  /** It is believed again. */
  onTrust(): void;
}

export interface SeenTimeParts extends ClockJudgement {
  readonly store: Pick<Store, "findClock" | "commit">;
  readonly clock: Clock;
  readonly host?: HostTime | undefined;
}

export interface HostTime {
  /** Milliseconds since the host was started; goes on while it sleeps, and never jumps. */
  readonly elapsedMs: () => number;
  /** Which start of the host that was; null where it does not say. */
  readonly bootId: string | null;
}

type Seen = Pick<ClockRecord, "seenAtMs" | "doubtedSinceMs" | "leadMs">;

export class SeenTime {
  readonly #parts: SeenTimeParts;
  readonly #host: HostTime;
  #seen: Seen;
  #stored: Seen | undefined;
  #readAtMs: number;
  /** The time in which the host was down has not been accounted for yet. */
  #wasDown: boolean;

  private constructor(parts: SeenTimeParts, stored: ClockRecord | undefined) {
    this.#parts = parts;
    this.#host = parts.host ?? thisHost();
    this.#stored = stored;
    this.#seen = stored ?? trusted(parts.clock());
    const isSameStart = stored !== undefined && isSince(stored, this.#host);
    this.#readAtMs = isSameStart ? stored.elapsedMs : this.#host.elapsedMs();
    this.#wasDown = stored !== undefined && !isSameStart;
    if (this.#seen.doubtedSinceMs !== null) this.#sayDoubt();
  }

  /** Goes on from what was stored; the first time ever, the clock is all there is. */
  static async open(parts: SeenTimeParts): Promise<SeenTime> {
    return new SeenTime(parts, await parts.store.findClock(clockName));
  }

  /**
   * The time by which something may be destroyed, in milliseconds since 1970: what was
   * seen, or what the clock says if that is less. What follows from it is stored first.
   */
  async now(): Promise<number> {
    const clockMs = this.#parts.clock();
    const readAtMs = this.#host.elapsedMs();
    const before = this.#seen;
    const passedMs = Math.max(0, readAtMs - this.#readAtMs);
    this.#seen = judged(this.#goneOn(clockMs, passedMs), clockMs);
    this.#readAtMs = readAtMs;
    if (this.#seen.doubtedSinceMs !== before.doubtedSinceMs) this.#sayJudgement();
    await this.#store();
    return Math.min(this.#seen.seenAtMs, clockMs);
  }

  #goneOn(clockMs: number, passedMs: number): Seen {
    const { seenAtMs, doubtedSinceMs } = this.#seen;
    if (clockMs < seenAtMs) return this.#seen;
    const downMs = this.#wasDown && doubtedSinceMs === null ? clockMs - seenAtMs : 0;
    this.#wasDown = false;
    if (downMs > 0 && downMs <= downtimeBelievedMs) return { ...this.#seen, seenAtMs: clockMs };
    const furthestMs = Math.floor(seenAtMs + passedMs * fastest);
    return { ...this.#seen, seenAtMs: Math.min(clockMs, furthestMs) };
  }

  async #store(): Promise<void> {
    const seen = this.#seen;
    const stored = this.#stored;
    const isRecent = stored !== undefined && seen.seenAtMs - stored.seenAtMs < storedEveryMs;
    if (isRecent && seen.doubtedSinceMs === stored.doubtedSinceMs) return;
    const { seenAtMs, doubtedSinceMs, leadMs } = seen;
    const elapsedMs = Math.round(this.#readAtMs);
    const { bootId } = this.#host;
    const record = { name: clockName, seenAtMs, elapsedMs, bootId, doubtedSinceMs, leadMs };
    await this.#parts.store.commit([{ kind: "upsert", table: "clocks", record }]);
    this.#stored = seen;
  }

  #sayJudgement(): void {
    if (this.#seen.doubtedSinceMs === null) this.#parts.onTrust();
    else this.#sayDoubt();
  }

  #sayDoubt(): void {
    const { leadMs, seenAtMs } = this.#seen;
    this.#parts.onDoubt({ leadMs: leadMs ?? 0, seenAtMs });
  }
}

function thisHost(): HostTime {
  return { elapsedMs: () => os.uptime() * 1000, bootId: readBootId() };
}

/** Linux says which start it was (random(4)); elsewhere every start of the server counts as one. */
function readBootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}

/** Whether the host has not been started again since. */
function isSince(stored: ClockRecord, { bootId, elapsedMs }: HostTime): boolean {
  return bootId !== null && stored.bootId === bootId && stored.elapsedMs <= elapsedMs();
}

function trusted(seenAtMs: number): Seen {
  return { seenAtMs, doubtedSinceMs: null, leadMs: null };
}

/** Whether the clock is believed, given what was seen. */
function judged(seen: Seen, clockMs: number): Seen {
  const { seenAtMs, doubtedSinceMs, leadMs } = seen;
  const nowAheadMs = clockMs - seenAtMs;
  if (nowAheadMs <= leadBelievedMs) return trusted(seenAtMs);
  const ranEvenly = doubtedSinceMs !== null && nowAheadMs <= (leadMs ?? 0) + leadBelievedMs;
  if (!ranEvenly) return { seenAtMs, doubtedSinceMs: seenAtMs, leadMs: nowAheadMs };
  return seenAtMs - doubtedSinceMs >= doubtMs ? trusted(clockMs) : seen;
}
