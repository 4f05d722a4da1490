/** One evaluation of a policy: the facts it may ask about, and how much work it may be. */

/** The value of a condition key: a string, or a list for a multi-valued key. */
export type ConditionValue = string | readonly string[];

/**
 * What is true of a request, by condition key in lower case. A Map will do; so will
 * anything that works a value out only when it is asked for.
 */
export interface ConditionContext {
  get(key: string): ConditionValue | undefined;
}

/**
 * A step is about the comparison of one character. The largest honest policies need some
 * ten thousand; the limit is a few milliseconds' worth. Without it, thousands of patterns
 * against thousands of values of an encryption context would be seconds for one request.
 */
const stepsMax = 1_000_000;

/** Thrown when an evaluation has used up its steps. The answer is then a denial. */
export class TooCostly extends Error {}

/** Made anew for every request: it counts what has been spent on it. */
export class Evaluation {
  readonly context: ConditionContext;
  #stepsLeft = stepsMax;

  constructor(context: ConditionContext) {
    this.context = context;
  }

  /** Accounts for work before it is done. Throws TooCostly when too much of it has been. */
  spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw new TooCostly("Policy evaluation is too costly.");
  }
}
