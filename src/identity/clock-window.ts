/** How long a signature counts: a few minutes around its time, or as long as it says itself. */
import { formatTimestamp } from "../lib/timestamp.ts";
import { invalidSignature } from "./refusals.ts";

export interface SigningTime {
  /** yyyyMMdd'T'HHmmss'Z' */
  readonly timestamp: string;
  readonly signedAtMs: number;
  /** How long a presigned request is good for. */
  readonly expiresSeconds?: number;
}

export interface Clock {
  readonly nowMs: number;
  readonly toleranceMs: number;
}

/** Throws InvalidSignatureException when the signature has expired or lies in the future. */
export function requireCurrent(time: SigningTime, clock: Clock): void {
  const { nowMs, toleranceMs } = clock;
  const { signedAtMs, expiresSeconds } = time;
  const lifetimeMs = expiresSeconds === undefined ? toleranceMs : expiresSeconds * 1000;
  if (signedAtMs < nowMs - lifetimeMs) throw expired(time, nowMs, lifetimeMs);
  if (signedAtMs > nowMs + toleranceMs) throw notYetCurrent(time, nowMs, toleranceMs);
}

function expired({ timestamp }: SigningTime, nowMs: number, lifetimeMs: number): Error {
  const now = formatTimestamp(nowMs);
  const earliest = formatTimestamp(nowMs - lifetimeMs);
  return invalidSignature(
    `Signature expired: ${timestamp} is now earlier than ${earliest} ` +
      `(${now} - ${inWords(lifetimeMs)})`,
  );
}

function notYetCurrent({ timestamp }: SigningTime, nowMs: number, toleranceMs: number): Error {
  const now = formatTimestamp(nowMs);
  const latest = formatTimestamp(nowMs + toleranceMs);
  return invalidSignature(
    `Signature not yet current: ${timestamp} is still later than ${latest} ` +
      `(${now} + ${inWords(toleranceMs)})`,
  );
}

function inWords(durationMs: number): string {
  const minutes = durationMs / 60_000;
  return Number.isInteger(minutes) ? `${minutes} min.` : `${durationMs / 1000} sec.`;
}
